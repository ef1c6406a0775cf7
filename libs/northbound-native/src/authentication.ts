import { createHash, timingSafeEqual } from 'node:crypto';
import { bearerToken, CredentialCache, type NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyRequest } from 'fastify';
import { problem } from './errors/problem.js';

/** Who calls: the installation's administrator, who sees everything, or one application, which sees what is its own. */
export type Caller = { readonly kind: 'admin' } | { readonly kind: 'application'; readonly applicationId: string };

type Headers = Pick<FastifyRequest, 'headers' | 'ip'>;

/** `Authorization: Bearer` with the admin key or with an application's native key. */
export class NativeAuthentication {
  private readonly keys: CredentialCache<Extract<Caller, { kind: 'application' }>>;
  private readonly adminDigest: Buffer;

  constructor(
    private readonly ports: Pick<NorthboundPorts, 'registry' | 'applications' | 'quota' | 'loginGuard'>,
    adminKey: string,
  ) {
    this.adminDigest = digest(adminKey);
    this.keys = new CredentialCache(async (key) => {
      const application = await ports.registry.authenticate({ dialect: 'native', key });
      return application && { kind: 'application', applicationId: application.id };
    });
  }

  /**
   * Who calls; asked once per request, because it takes a call from the application's quota.
   * @throws ErrorAnswer `unauthenticated`; TroubleError `too-many-attempts`, `quota-exceeded`
   */
  async caller(request: Headers): Promise<Caller> {
    const caller = await this.identified(request);
    if (caller.kind === 'admin') return caller;
    const application = await this.ports.applications.find(caller.applicationId);
    if (application !== undefined) this.ports.quota.take(application);
    return caller;
  }

  private async identified({ headers, ip: address }: Headers): Promise<Caller> {
    const key = bearerToken(headers.authorization);
    if (key === undefined) throw problem('unauthenticated');
    const known = this.keys.remembered(key);
    if (known !== undefined) return known;
    const attempt = { dialect: 'native', keyId: key, address };
    const caller = await this.ports.loginGuard.attempt(attempt, () => this.ownerOf(key));
    if (caller === undefined) throw problem('unauthenticated');
    return caller;
  }

  private async ownerOf(key: string): Promise<Caller | undefined> {
    const application = await this.keys.find(key);
    if (application !== undefined) return application;
    // Digests: of equal length, and the comparison's time tells nothing of the key.
    return timingSafeEqual(digest(key), this.adminDigest) ? { kind: 'admin' } : undefined;
  }

  /** The calling application's id. @throws ErrorAnswer `unauthenticated`, or `forbidden` for the admin key */
  async application(request: Headers): Promise<string> {
    const caller = await this.caller(request);
    if (caller.kind === 'application') return caller.applicationId;
    throw problem('forbidden', { detail: "commands are sent with an application's key" });
  }

  /** @throws ErrorAnswer `unauthenticated`, or `forbidden` for an application's key */
  async admin(request: Headers): Promise<void> {
    const caller = await this.caller(request);
    if (caller.kind !== 'admin') throw problem('forbidden', { detail: 'this takes the admin key' });
  }

  /** An application's key was replaced. */
  forget(applicationIds: readonly string[]): void {
    this.keys.forget(({ applicationId }) => applicationIds.includes(applicationId));
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** The application that a list is narrowed to; undefined for the administrator, who sees all. */
export function scopeOf(caller: Caller): string | undefined {
  return caller.kind === 'application' ? caller.applicationId : undefined;
}

/** Whether the caller may see what belongs to this application. */
export function sees(caller: Caller, applicationId: string): boolean {
  return caller.kind === 'admin' || caller.applicationId === applicationId;
}
