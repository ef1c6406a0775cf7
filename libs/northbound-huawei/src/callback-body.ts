import { toHex32, type Json } from '@downlink/command-domain';
import type { CommittedFact } from '@downlink/command-engine';
import { announcedStatus, type HuaweiStatus } from './status-map.js';

export interface CallbackOptions {
  /** `status`: the status enum (REST reference). `sdk`: the SDK pages' SUCCESS and FAIL. */
  readonly resultCodes: 'status' | 'sdk';
  /** Whether EXPIRED and CANCELED are told too; no vendor document lists them, so they are off. */
  readonly pushWithdrawn: boolean;
}

export const CALLBACK_DEFAULTS: CallbackOptions = { resultCodes: 'status', pushWithdrawn: false };

const SDK_NAMES: Partial<Record<HuaweiStatus, string>> = { SUCCESSFUL: 'SUCCESS', FAILED: 'FAIL' };

/**
 * The body of the push for one fact (Huawei, Pushing Device Command Status Changes): exactly
 * `{"deviceId","commandId","result":{"resultCode","resultDetail"}}`, compact, because the vendor's receiver compares text.
 * Undefined when the application is not told of this fact: pushes are for sent, delivered, successful, failed, timeout.
 * SENT is pushed once, when the broker confirms the first issue; a confirmation of a retransmission, or one that comes after the
 * device's own word, changes no status and is not pushed.
 */
export function callbackBody(
  fact: Pick<CommittedFact, 'commandId' | 'event' | 'request' | 'status'>,
  options: CallbackOptions = CALLBACK_DEFAULTS,
): string | undefined {
  const status = announcedStatus(fact.event);
  if (status === null) return undefined;
  if ((status === 'EXPIRED' || status === 'CANCELED') && !options.pushWithdrawn) return undefined;
  if (status === 'SENT' && (fact.status !== 'sent' || isAgain(fact.event))) return undefined;
  const resultCode = options.resultCodes === 'sdk' ? (SDK_NAMES[status] ?? status) : status;
  return JSON.stringify({
    deviceId: fact.request.deviceId,
    commandId: toHex32(fact.commandId),
    result: { resultCode, resultDetail: detailOf(fact) },
  });
}

function isAgain(event: CommittedFact['event']): boolean {
  return event.type === 'AttemptSent' && event.again === true;
}

function detailOf({ event }: Pick<CommittedFact, 'event'>): Json {
  return event.type === 'CommandSucceeded' || event.type === 'CommandFailed' ? resultDetail(event.result) : null;
}

/** "object or null": whatever else a device answers is put into an object. */
export function resultDetail(result: Json): Json {
  if (result === null) return null;
  return typeof result === 'object' && !Array.isArray(result) ? result : { value: result };
}
