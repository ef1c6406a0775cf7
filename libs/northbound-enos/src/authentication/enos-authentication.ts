import type { Application } from '@downlink/command-engine';
import { CredentialCache, rawBodyOf, type NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyRequest } from 'fastify';
import { enosError } from '../errors/error-answer.js';
import type { EnosErrorName } from '../errors/error-table.js';
import type { EnosSettings } from '../settings.js';
import { isSameDigest, signatureOf } from './signature.js';
import { isOnTime } from './timestamp.js';

/** Whose a token is, and what its holder signs with. */
interface Signer {
  readonly applicationId: string;
  readonly appSecret: string;
}

/** Longer ones are nobody's; they are not looked up. */
const MAX_TOKEN_LENGTH = 256;

/**
 * Who calls (EnOS, Invoking API with Access Token): headers `apim-accesstoken`, `apim-timestamp` and `apim-signature`. Token
 * and secret are remembered for 5 s at most, so that a request costs no query. A request that was signed may be sent again
 * within the clock's tolerance: the scheme has no number that is used once, and remembering each would cost a query.
 */
export class EnosAuthentication {
  private readonly signers: CredentialCache<Signer>;

  constructor(
    private readonly ports: Pick<NorthboundPorts, 'tokens' | 'registry' | 'applications' | 'quota'>,
    private readonly settings: Pick<EnosSettings, 'clockSkewMs'>,
  ) {
    this.signers = new CredentialCache((token) => this.load(token));
  }

  /**
   * The calling application; asked once per request, because it takes a call from the application's quota.
   * @throws ErrorAnswer 1202 for a header that is missing or empty, 1004 for a timestamp that is none or too far from our clock,
   *   1203 for a token that is unknown or over, 1003 for a signature that does not fit; TroubleError `quota-exceeded`
   */
  async caller(request: FastifyRequest): Promise<Application> {
    const [accessToken, timestamp, signature] = [
      headerOf(request, 'apim-accesstoken'),
      headerOf(request, 'apim-timestamp'),
      headerOf(request, 'apim-signature'),
    ];
    if (!isOnTime(timestamp, Date.now(), this.settings.clockSkewMs))
      throw enosError('parameter-invalid', 'apim-timestamp');
    const signer = accessToken.length > MAX_TOKEN_LENGTH ? undefined : await this.signers.find(accessToken);
    if (signer === undefined) throw enosError('token-expired');
    const query = request.query as Readonly<Record<string, unknown>>;
    const expected = signatureOf({ accessToken, timestamp, query, body: rawBodyOf(request) }, signer.appSecret);
    if (!isSameDigest(signature, expected)) throw enosError('encryption-wrong', 'apim-signature');
    const application = await this.ports.applications.find(signer.applicationId);
    if (application === undefined) throw enosError('token-expired');
    this.ports.quota.take(application);
    return application;
  }

  /**
   * The application behind an organization: the caller's own, or one that lets it act for itself.
   * @throws ErrorAnswer 99403 for any other, known or not
   */
  async owner(caller: Application, orgId: string): Promise<Application> {
    if (caller.orgId === orgId) return caller;
    for (const id of caller.authorisedBy) {
      const other = await this.ports.applications.find(id);
      if (other?.orgId === orgId) return other;
    }
    throw enosError('forbidden', `orgId ${orgId}`);
  }

  /** The application's tokens were replaced by this process: what is remembered of them is not true any more. */
  forget(applicationId: string): void {
    this.signers.forget((signer) => signer.applicationId === applicationId);
  }

  private async load(token: string): Promise<Signer | undefined> {
    const owner = await this.ports.tokens.find('enos', token);
    if (owner === undefined) return undefined;
    const { applicationId } = owner;
    const appSecret = await this.ports.registry.signingSecretOf('enos', applicationId);
    return appSecret === undefined ? undefined : { applicationId, appSecret };
  }
}

type Header = 'apim-accesstoken' | 'apim-timestamp' | 'apim-signature';

function headerOf({ headers }: FastifyRequest, name: Header): string {
  const value = headers[name];
  if (typeof value === 'string' && value !== '') return value;
  throw enosError('parameter-empty' satisfies EnosErrorName, name);
}
