import type { Application } from '@downlink/command-engine';
import { CredentialCache, type NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyRequest } from 'fastify';
import { Refusal } from '../errors/refusal.js';
import { opaqueIn } from './qjwt.js';

interface Owner {
  readonly applicationId: string;
}

const SCHEME = /^QJWT /;

/** Who calls: a token of the dialect's login in `Authorization`, verbatim (`QJWT …`, without `Bearer`). */
export class QuectelAuthentication {
  private readonly tokens: CredentialCache<Owner>;

  constructor(private readonly ports: Pick<NorthboundPorts, 'tokens' | 'applications' | 'quota'>) {
    this.tokens = new CredentialCache<Owner>(async (token) => {
      const opaque = opaqueIn(token);
      return opaque === undefined ? undefined : this.ports.tokens.find('quectel', opaque);
    });
  }

  /**
   * The calling application; asked once per request, because it takes a call from the application's quota.
   * @throws Refusal 91001 without a token, 91004 for one that is none, was changed or has ended; TroubleError `quota-exceeded`
   */
  async caller({ headers }: Pick<FastifyRequest, 'headers'>): Promise<Application> {
    const token = headers.authorization;
    if (token === undefined || token.trim() === '') throw new Refusal('token-missing');
    const owner = SCHEME.test(token) ? await this.tokens.find(token) : undefined;
    const application = owner && (await this.ports.applications.find(owner.applicationId));
    if (application === undefined) throw new Refusal('token-wrong');
    this.ports.quota.take(application);
    return application;
  }

  /** The application got a new token: what is remembered of it is not true any more. */
  forget(applicationId: string): void {
    this.tokens.forget((owner) => owner.applicationId === applicationId);
  }
}
