import type { CommandId, CommandRequest, EventOf, EventType } from '@downlink/command-domain';
import type { FactMessage } from './fact-message.js';

/**
 * The facts behind the golden files, one per event type. They are written out here and do not come from the domain's
 * specimens: a golden file must not change because an example did.
 */
const T0 = 1_800_000_000_000;

const request: CommandRequest = {
  applicationId: 'app-1',
  deviceId: 'device-1',
  dialect: 'huawei',
  wireFormat: 'native',
  service: 'Brightness',
  method: 'SET',
  parameters: { level: 20, label: 'Küche', none: null },
  mode: 'cached',
  lifetimeMs: 172_800_000,
  policy: {
    maxRetransmit: 3,
    firstWaitMs: 10_000,
    waitJitter: 0.5,
    answerWithinMs: 180_000,
    lateAnswers: 'record',
    laneCap: 20,
    immediate: 'bypass',
  },
  callback: { url: 'https://app.example/callbacks', format: 'huawei' },
};

type About<T extends EventType> = Omit<FactMessage, 'event'> & { readonly event: EventOf<T> };

function fact<T extends EventType>(
  event: EventOf<T>,
  about: Pick<FactMessage, 'version' | 'statusBefore' | 'status'>,
): About<T> {
  return { commandId: '2255133000286994432' as CommandId, event, request, lanePosition: 7, ...about };
}

const of = { schema: 1, at: T0 } as const;

export const GOLDEN_FACTS: { readonly [T in EventType]: About<T> } = {
  CommandAccepted: fact(
    { type: 'CommandAccepted', ...of, request, expiresAt: T0 + 172_800_000, lanePosition: 7 },
    { version: 1, statusBefore: 'none', status: 'queued' },
  ),
  AttemptStarted: fact(
    { type: 'AttemptStarted', ...of, attempt: 1, waitUntil: T0 + 12_000 },
    { version: 2, statusBefore: 'queued', status: 'sending' },
  ),
  AttemptSent: fact(
    { type: 'AttemptSent', ...of, attempt: 1 },
    { version: 3, statusBefore: 'sending', status: 'sent' },
  ),
  AttemptNotSent: fact(
    { type: 'AttemptNotSent', ...of, attempt: 1, reason: 'no-subscriber', detail: null, retryAt: T0 + 10_000 },
    { version: 3, statusBefore: 'sending', status: 'queued' },
  ),
  CommandDelivered: fact(
    { type: 'CommandDelivered', ...of, answerBy: T0 + 180_000 },
    { version: 4, statusBefore: 'sent', status: 'delivered' },
  ),
  CommandSucceeded: fact(
    { type: 'CommandSucceeded', ...of, result: { level: 20 } },
    { version: 5, statusBefore: 'delivered', status: 'succeeded' },
  ),
  CommandFailed: fact(
    { type: 'CommandFailed', ...of, result: null, code: '7' },
    { version: 5, statusBefore: 'delivered', status: 'failed' },
  ),
  CommandTimedOut: fact(
    { type: 'CommandTimedOut', ...of, waitedFor: 'acknowledgement' },
    { version: 4, statusBefore: 'sent', status: 'timed-out' },
  ),
  CommandExpired: fact({ type: 'CommandExpired', ...of }, { version: 2, statusBefore: 'queued', status: 'expired' }),
  CommandCanceled: fact({ type: 'CommandCanceled', ...of }, { version: 2, statusBefore: 'queued', status: 'canceled' }),
  CommandSuperseded: fact(
    { type: 'CommandSuperseded', ...of, by: '2255133000286994433' as CommandId },
    { version: 2, statusBefore: 'queued', status: 'superseded' },
  ),
  LateAnswerRecorded: fact(
    { type: 'LateAnswerRecorded', ...of, answer: 'succeeded', result: [1, 'two', true], code: null },
    { version: 5, statusBefore: 'timed-out', status: 'timed-out' },
  ),
  AnswerRejected: fact(
    { type: 'AnswerRejected', ...of, reason: 'wrong-device', detail: 'device-2' },
    { version: 4, statusBefore: 'sent', status: 'sent' },
  ),
};

/** What travels beside every golden fact. */
export const GOLDEN_ANNOTATIONS = {
  waiter: 'api-3',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
};
