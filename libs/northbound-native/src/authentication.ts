import { createHash, timingSafeEqual } from 'node:crypto';
import type { Application } from '@downlink/command-engine';
import { bearerToken, CredentialCache, rights, type NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyRequest } from 'fastify';
import { problem } from './errors/problem.js';

/** An application that calls, as it was at most 5 s ago. */
export interface ApplicationCaller {
  readonly kind: 'application';
  readonly application: Application;
}

/**
 * Who calls: the installation's administrator, who sees everything, or one application, which sees what is its own and what
 * belongs to those that authorised it.
 */
export type Caller = { readonly kind: 'admin' } | ApplicationCaller;

type Headers = Pick<FastifyRequest, 'headers' | 'ip'>;

/** Whose key it is. */
type Identified = 'admin' | { readonly applicationId: string };

/** `Authorization: Bearer` with the admin key or with an application's native key. */
export class NativeAuthentication {
  private readonly keys: CredentialCache<{ readonly applicationId: string }>;
  private readonly adminDigest: Buffer;

  constructor(
    private readonly ports: Pick<NorthboundPorts, 'registry' | 'applications' | 'quota' | 'loginGuard'>,
    adminKey: string,
  ) {
    this.adminDigest = digest(adminKey);
    this.keys = new CredentialCache(async (key) => {
      const application = await ports.registry.authenticate({ dialect: 'native', key });
      return application && { applicationId: application.id };
    });
  }

  /**
   * Who calls; asked once per request, because it takes a call from the application's quota.
   * @throws ErrorAnswer `unauthenticated`; TroubleError `too-many-attempts`, `quota-exceeded`
   */
  async caller(request: Headers): Promise<Caller> {
    const caller = await this.recognised(request);
    if (caller.kind === 'application') this.ports.quota.take(caller.application);
    return caller;
  }

  /** The same for a request that goes on, which is no further call. @throws ErrorAnswer `unauthenticated` */
  async recognised(request: Headers): Promise<Caller> {
    const known = await this.identified(request);
    if (known === 'admin') return { kind: 'admin' };
    const application = await this.ports.applications.find(known.applicationId);
    if (application === undefined) throw problem('unauthenticated');
    return { kind: 'application', application };
  }

  private async identified({ headers, ip: address }: Headers): Promise<Identified> {
    const key = bearerToken(headers.authorization);
    if (key === undefined) throw problem('unauthenticated');
    const known = this.keys.remembered(key);
    if (known !== undefined) return known;
    const attempt = { dialect: 'native', keyId: key, address };
    const identified = await this.ports.loginGuard.attempt(attempt, () => this.ownerOf(key));
    if (identified === undefined) throw problem('unauthenticated');
    return identified;
  }

  private async ownerOf(key: string): Promise<Identified | undefined> {
    const application = await this.keys.find(key);
    if (application !== undefined) return application;
    // Digests: of equal length, and the comparison's time tells nothing of the key.
    return timingSafeEqual(digest(key), this.adminDigest) ? 'admin' : undefined;
  }

  /** The calling application. @throws ErrorAnswer `unauthenticated`, or `forbidden` for the admin key */
  async application(request: Headers): Promise<ApplicationCaller> {
    const caller = await this.caller(request);
    if (caller.kind === 'application') return caller;
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

/**
 * The application that a list is narrowed to: the one that was asked for (`?application=`), else the caller's own; undefined
 * for the administrator who asked for none, and sees all.
 * @throws Problem `forbidden` for an application that did not authorise the caller, or is not there
 */
export function scopeOf(caller: Caller, asked?: string): string | undefined {
  if (caller.kind === 'admin') return asked;
  if (asked === undefined) return caller.application.id;
  if (sees(caller, asked)) return asked;
  throw problem('forbidden', { detail: 'that application has not authorised this one' });
}

/** The same where a list is always one application's. @throws Problem also `forbidden` for the administrator who names none */
export function ownerOf(caller: Caller, asked?: string): string {
  const owner = scopeOf(caller, asked);
  if (owner !== undefined) return owner;
  throw problem('forbidden', { detail: 'this is about one application: name it as ?application=' });
}

/** Whether the caller may see, and act on, what belongs to this application. */
export function sees(caller: Caller, applicationId: string): boolean {
  return caller.kind === 'admin' || rights.actsFor(caller.application, applicationId);
}
