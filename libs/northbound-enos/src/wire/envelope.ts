import { randomUUID } from 'node:crypto';
import type { Json } from '@downlink/command-domain';
import type { Answer } from '@downlink/northbound-kit';

/** Of an answer with a page of a list. Pages count from 1. */
export interface PaginationStruct {
  readonly sortedBy: readonly { readonly field: string; readonly order: 'ASC' | 'DESC' }[] | null;
  readonly pageNo: number;
  readonly pageSize: number;
  readonly totalSize: number;
}

/** What the services answer: code 0 for a success, `data` null where there is nothing to tell. */
export interface Envelope {
  readonly code: number;
  readonly msg: string;
  readonly submsg: string | null;
  readonly data: Json;
  readonly pagination?: PaginationStruct;
}

/** `Success` is the word of Invoke Service, `OK` that of all others. */
export type SuccessWord = 'OK' | 'Success';

/** The answer in the services' envelope, with a fresh id of the request. */
export function envelope({ code, msg, submsg, data, pagination }: Envelope, status = 200): Answer {
  const body = { code, msg, submsg, requestId: randomUUID(), data, ...(pagination && { pagination }) };
  return { status, body: JSON.stringify(body) };
}

export function success(data: Json, msg: SuccessWord = 'OK'): Answer {
  return envelope({ code: 0, msg, submsg: null, data });
}

export function successPage(data: Json[], pagination: PaginationStruct): Answer {
  return envelope({ code: 0, msg: 'OK', submsg: null, data, pagination });
}

/** What the token service answers; `status` 0 for a success. */
export function tokenEnvelope(status: number, msg: string, data: Json, http = 200): Answer {
  return { status: http, body: JSON.stringify({ status, msg, business: 'apim-token-service', data }) };
}
