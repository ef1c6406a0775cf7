import type { Json, JsonObject } from '@downlink/command-domain';
import type { HuaweiStatus } from '../status-map.js';

/** A command as the vendor shows it. Times are `yyyyMMdd'T'HHmmss'Z'`; what has not happened is null. */
export interface CommandResource {
  readonly commandId: string;
  readonly appId: string;
  readonly deviceId: string;
  readonly command: { readonly serviceId: string; readonly method: string; readonly paras: JsonObject };
  readonly callbackUrl: string | null;
  /** seconds */
  readonly expireTime: number | null;
  readonly status: HuaweiStatus;
  readonly creationTime: string;
  readonly executeTime: string | null;
  readonly platformIssuedTime: string | null;
  readonly deliveredTime: string | null;
  readonly issuedTimes: number | null;
  readonly maxRetransmit: number | null;
}

/** Query and modify add the result; the answer of the create call has none (its response table). */
export interface CommandResourceWithResult extends CommandResource {
  readonly result: { readonly resultCode: HuaweiStatus; readonly resultDetail: Json } | null;
}

/**
 * The JSON of a success. The vendor's Java SDK takes any body that contains the text `error_code` for an error, and
 * parameters may contain it: the underscore is then escaped, which means the same to every JSON reader.
 */
export function successJson(value: unknown): string {
  const text = JSON.stringify(value);
  return text.includes('error_code') ? text.replaceAll('error_code', 'error\\u005fcode') : text;
}
