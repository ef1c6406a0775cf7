import { INVOKE, PROPERTIES, RAW, type CommittedFact } from '@downlink/command-engine';
import type { EventType, Json, JsonObject } from '@downlink/command-domain';
import { encodeValue } from './data/encode-values.js';
import { resultObject } from './from-canonical.js';

export type ToldFact = Pick<CommittedFact, 'commandId' | 'event' | 'request' | 'lanePosition'>;

type Message = { readonly type: string; readonly subtype?: string; readonly data: JsonObject };
type Receipt = 'succ' | 'fail';

/** Which events are told: as a receipt, or with what the device answered. */
const TOLD: Readonly<Record<EventType, Receipt | 'answer' | null>> = {
  CommandAccepted: null,
  AttemptStarted: null,
  AttemptSent: null,
  AttemptNotSent: null,
  CommandDelivered: 'succ',
  CommandSucceeded: 'answer',
  CommandFailed: 'fail',
  CommandTimedOut: 'fail',
  CommandExpired: 'fail',
  CommandCanceled: 'fail',
  CommandSuperseded: 'fail',
  LateAnswerRecorded: null,
  AnswerRejected: null,
};

/** Events that are never told of. */
export const SILENT_EVENTS: readonly EventType[] = (Object.keys(TOLD) as EventType[]).filter(
  (type) => TOLD[type] === null,
);

/**
 * The message about one fact, in the shapes of Quectel, Data Format Definition: the receipt REQACK, the output of a service
 * (MSERV OUTPUT), or the answer to a read (MATTR READRESP). Undefined when the fact is told by none. The same fact gives the same text, always. That these messages go out as a
 * webhook is ours; the vendor has a queue.
 */
export function callbackBody(fact: ToldFact): string | undefined {
  const message = messageOf(fact);
  if (message === undefined) return undefined;
  const { type, subtype, data } = message;
  const { productKey = null, deviceKey = null } = fact.request.dialectData ?? {};
  return JSON.stringify({
    productKey,
    deviceKey,
    type,
    ...(subtype !== undefined && { subtype }),
    createdAt: fact.event.at,
    ticket: fact.commandId,
    data,
  });
}

function messageOf({ event, request, lanePosition }: ToldFact): Message | undefined {
  const told = TOLD[event.type];
  if (told === null) return undefined;
  if (event.type !== 'CommandSucceeded') return receipt(told === 'fail' ? 'fail' : 'succ', event.at);
  const kv = keysAndValues(event.result);
  if (request.service === PROPERTIES && request.method === 'read') {
    return { type: 'MATTR', subtype: 'READRESP', data: { packetId: lanePosition, kv } };
  }
  if (request.service !== RAW && request.method === INVOKE) {
    return { type: 'MSERV', subtype: 'OUTPUT', data: { packetId: lanePosition, code: request.service, kv } };
  }
  return receipt('succ', event.at);
}

/** `sentAt` is when the fact was written down: the message has no other time of its own (ours). */
function receipt(status: Receipt, at: number): Message {
  return { type: 'REQACK', data: { sentAt: String(at), status } };
}

/** What a device answered, every single value as text. */
function keysAndValues(result: Json): JsonObject {
  const entries = Object.entries(resultObject(result)).filter(([, value]) => value !== null);
  return Object.fromEntries(entries.map(([key, value]) => [key, encodeValue(value, { type: 'any' })]));
}
