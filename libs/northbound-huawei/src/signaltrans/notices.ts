import type { JsonObject } from '@downlink/command-domain';
import type { CommittedFact } from '@downlink/command-engine';
import { resultDetail } from '../callback-body.js';
import type { PushedType } from '../wire/subscription.js';
import { wireTime } from '../wire/times.js';
import { signaltransDataOf, type SignaltransData } from './signaltrans-data.js';

/** Events of which nothing is ever pushed. */
export const SIGNALTRANS_SILENT = [
  'CommandAccepted',
  'AttemptStarted',
  'AttemptSent',
  'AttemptNotSent',
  'CommandExpired',
  'CommandCanceled',
  'CommandSuperseded',
  'LateAnswerRecorded',
  'AnswerRejected',
] as const;

/** One push: what kind it is and its exact body. */
export interface SignaltransNotice {
  readonly notifyType: PushedType;
  readonly body: string;
}

type Fact = Pick<CommittedFact, 'commandId' | 'event' | 'request' | 'statusBefore'>;

/**
 * What is pushed of a fact about a command of sendCommand: the device's receipt (Huawei, Pushing Device Acknowledgment Notifications), where
 * the call asked for an ACK, and then its answer (Huawei, Pushing Device Command Response Notifications). Compact, because the vendor's
 * receiver compares text. Pure: the same fact gives the same bytes.
 */
export function signaltransNotices(fact: Fact): SignaltransNotice[] {
  const data = signaltransDataOf(fact.request);
  if (data === undefined) return [];
  const status = data.mode === 'ACK' ? confirmedStatus(fact) : undefined;
  const answer = answerOf(fact);
  return [
    ...(status === undefined ? [] : [{ notifyType: 'messageConfirm', body: confirmBody(fact, data, status) } as const]),
    ...(answer === undefined ? [] : [{ notifyType: 'commandRsp', body: responseBody(fact, data, answer) } as const]),
  ];
}

/** An answer that nothing came before proves the receipt too. */
function confirmedStatus({ event, statusBefore }: Fact): 'delivered' | 'failed' | undefined {
  if (event.type === 'CommandDelivered') return 'delivered';
  if (event.type === 'CommandTimedOut') return event.waitedFor === 'acknowledgement' ? 'failed' : undefined;
  const isAnswer = event.type === 'CommandSucceeded' || event.type === 'CommandFailed';
  return isAnswer && (statusBefore === 'sending' || statusBefore === 'sent') ? 'delivered' : undefined;
}

function answerOf({ event }: Fact): JsonObject | undefined {
  if (event.type !== 'CommandSucceeded' && event.type !== 'CommandFailed') return undefined;
  return (resultDetail(event.result) ?? {}) as JsonObject;
}

/** "To is the From of the request"; an application that named no address is addressed by its id. */
function addressesOf({ request }: Fact, { requestId, from }: SignaltransData) {
  return { requestId, from: `/devices/${request.deviceId}`, to: from === '' ? request.applicationId : from };
}

function confirmBody(fact: Fact, data: SignaltransData, status: string): string {
  const header = { ...addressesOf(fact, data), status, timestamp: wireTime(fact.event.at) };
  return JSON.stringify({ notifyType: 'messageConfirm', header, body: {} });
}

function responseBody(fact: Fact, data: SignaltransData, body: JsonObject): string {
  const { deviceId, service: serviceType, method } = fact.request;
  const header = { ...addressesOf(fact, data), deviceId, serviceType, method: `${method}-RSP` };
  return JSON.stringify({ notifyType: 'commandRsp', header, body });
}
