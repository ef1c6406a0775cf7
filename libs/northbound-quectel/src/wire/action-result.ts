import type { Json } from '@downlink/command-domain';
import { QUECTEL_ERRORS, type QuectelErrorName } from '../errors/error-table.js';
import { messageOf } from '../errors/error-answer.js';
import type { Language } from '../errors/language.js';
import type { DeviceName } from './named-devices.js';

export const SUCCESS = 200;

/** The envelope of every call but those of the token service (Quectel, ActionResult). */
export interface ActionResult<T> {
  readonly code: typeof SUCCESS;
  readonly msg: string;
  readonly data: T;
}

/** One page of a list. */
export interface Paged<T> extends ActionResult<readonly T[]> {
  readonly pageNum: number;
  readonly pageSize: number;
  readonly pages: number;
  readonly total: number;
}

/** What became of a call for one of its devices. */
export interface DeviceResult extends DeviceName {
  readonly code: number;
  /** 19 digits; null where no command was made. */
  readonly ticket: string | null;
  readonly message: string | null;
}

export function succeeded<T>(data: T, msg = ''): ActionResult<T> {
  return { code: SUCCESS, msg, data };
}

/** The device has a command; its ticket is the command's id. */
export function sentResult({ productKey, deviceKey }: DeviceName, ticket: string): DeviceResult {
  return { code: SUCCESS, productKey, deviceKey, ticket, message: null };
}

export function failedResult(
  { productKey, deviceKey }: DeviceName,
  why: QuectelErrorName,
  language: Language,
): DeviceResult {
  return { code: QUECTEL_ERRORS[why].code, productKey, deviceKey, ticket: null, message: messageOf(why, language) };
}

/** One line of a device's history (Quectel, Query Device Data History). Times are ms since 1970, as text. */
export interface HistoryRow {
  readonly id: string | null;
  readonly deviceKey: string | null;
  readonly deviceId: string | null;
  readonly productId: null;
  /** 1 up, 2 down */
  readonly direction: 1 | 2;
  readonly data: string;
  readonly dataType: 'BASE64';
  readonly sendStatus: -1 | 0 | 1;
  readonly sendTime: string | null;
  readonly ticket: string;
  readonly createTime: string;
  readonly updateTime: string;
  readonly productKey: string;
  readonly cmd: string | null;
  readonly sourceType: string;
  readonly msgType: 'up' | 'down';
  readonly dmData: string | null;
  readonly extData: Json;
}
