import { bearerToken, CredentialCache, rights, type AskedMethod, type NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyRequest } from 'fastify';
import { huaweiError } from './errors/error-answer.js';
import type { HuaweiErrorName } from './errors/error-table.js';
import { appIdQuery } from './wire/query-commands.js';
import { read } from './wire/read.js';

/** What the refusals of a family of calls are called. */
export interface Refusals {
  readonly keyMissing: HuaweiErrorName;
  readonly unknown: HuaweiErrorName;
  readonly unauthorised: HuaweiErrorName;
}

const COMMAND_CALLS: Refusals = {
  keyMissing: 'app-key-missing',
  unknown: 'application-unknown',
  unauthorised: 'application-not-authorized',
};

const DEVICE_CALLS: Refusals = {
  keyMissing: 'app-id-missing',
  unknown: 'application-not-found',
  unauthorised: 'application-forbidden',
};

/** Pages about subscriptions say 100217 with HTTP 403 and name the header as the pages about commands do. */
export const SUBSCRIPTION_CALLS: Refusals = {
  keyMissing: 'app-key-missing',
  unknown: 'application-not-found',
  unauthorised: 'application-forbidden',
};

interface Owner {
  readonly applicationId: string;
}

/**
 * Who calls: header `app_key` and the newest access token of that application, in `Authorization: Bearer` or, as clients
 * of 2017 send it, in a header `access_token`.
 */
export class HuaweiAuthentication {
  private readonly tokens: CredentialCache<Owner>;

  constructor(private readonly ports: Pick<NorthboundPorts, 'tokens' | 'applications' | 'quota'>) {
    this.tokens = new CredentialCache<Owner>((token) => this.ports.tokens.find('huawei', token));
  }

  /**
   * The calling application's id; asked once per request, because it takes a call from the application's quota.
   * @throws ErrorAnswer 100220 without app_key, 1010005 when token or app_key are wrong; TroubleError `quota-exceeded`
   */
  async caller({ headers }: Pick<FastifyRequest, 'headers'>, refusals: Refusals = COMMAND_CALLS): Promise<string> {
    const appKey = headers['app_key'];
    if (typeof appKey !== 'string' || appKey === '') throw huaweiError(refusals.keyMissing);
    const token = bearerToken(headers.authorization) ?? oldHeader(headers['access_token']);
    const owner = token === undefined ? undefined : await this.tokens.find(token);
    const application = owner?.applicationId === appKey ? await this.ports.applications.find(appKey) : undefined;
    if (application === undefined) throw huaweiError('token-invalid');
    this.ports.quota.take(application);
    return appKey;
  }

  /**
   * The application that a call is about, whose devices, commands and tasks it can reach: the caller's own, or the one that `appId`
   * names, when that one has authorised the caller (Huawei, Creating Device Commands: "appId of the authorized application").
   * @returns its id
   * @throws ErrorAnswer 100203 for an unknown application, 100217 for one that has not authorised the caller
   */
  async applicationOf(appId: string | undefined, caller: string, refusals: Refusals = COMMAND_CALLS): Promise<string> {
    if (appId === undefined || appId === caller) return caller;
    const acting = await this.ports.applications.find(caller);
    if (acting?.authorisedBy.includes(appId)) return appId;
    const known = await this.ports.applications.find(appId);
    throw huaweiError(known === undefined ? refusals.unknown : refusals.unauthorised);
  }

  /** The same for the `appId` in the query of a call whose body says everything else. @throws ErrorAnswer 100022 besides */
  async applicationOfQuery({ url, query }: Pick<FastifyRequest, 'url' | 'query'>, caller: string): Promise<string> {
    return url.includes('?') ? this.applicationOf(read(appIdQuery, query).appId, caller) : caller;
  }

  /** Before a device is told to do something, whoever's it is. @throws ErrorAnswer 100432 when the caller may not have devices do that */
  async checkMethod(caller: string, asked: AskedMethod): Promise<void> {
    const application = await this.ports.applications.find(caller);
    if (application === undefined || rights.mayCall(application, asked)) return;
    throw huaweiError('command-muted', `${asked.service}.${asked.method}`);
  }

  /**
   * Caller and application of a call about devices, whose pages document other statuses for the same refusals.
   * @throws ErrorAnswer 100025, 1010005, 100203, 100217
   */
  async applicationOfDeviceCall(request: Pick<FastifyRequest, 'headers' | 'query'>): Promise<string> {
    const caller = await this.caller(request, DEVICE_CALLS);
    return this.applicationOf(read(appIdQuery, request.query).appId, caller, DEVICE_CALLS);
  }

  /** The application got new tokens, or gave its tokens up: what is remembered of it is not true any more. */
  forget(applicationId: string): void {
    this.tokens.forget((owner) => owner.applicationId === applicationId);
  }

  /** Who a token belongs to, without asking who calls. */
  ownerOf(token: string): Promise<Owner | undefined> {
    return Promise.resolve(this.tokens.find(token));
  }
}

function oldHeader(value: string | string[] | undefined): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  return bearerToken(value) ?? value;
}
