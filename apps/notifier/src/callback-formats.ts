import type { CallbackBody } from '@downlink/callback-http';
import type { EventType } from '@downlink/command-domain';
import type { CommittedFact } from '@downlink/command-engine';
import { callbackBody } from '@downlink/northbound-huawei';
import { callbackBody as quectelBody, SILENT_EVENTS as silentForQuectel } from '@downlink/northbound-quectel';

/** How one format tells of facts. */
export interface CallbackFormat {
  /** Events that it never tells of: their records are passed over unread. */
  readonly silentOn: ReadonlySet<EventType>;
  /** The body for a fact, or undefined when it is not told of. Pure: the same fact gives the same bytes, always. */
  readonly build: (fact: CommittedFact) => CallbackBody | undefined;
}

const JSON_TYPE = 'application/json';

/** Huawei, Pushing Device Command Status Changes. */
const huawei: CallbackFormat = {
  silentOn: new Set(['CommandAccepted', 'AttemptStarted', 'AttemptNotSent', 'LateAnswerRecorded', 'AnswerRejected']),
  build: (fact) => {
    const body = callbackBody(fact);
    return body === undefined ? undefined : { body, contentType: JSON_TYPE };
  },
};

/** Quectel, Data Format Definition: receipts and answers; as a webhook they are ours. */
const quectel: CallbackFormat = {
  silentOn: new Set(silentForQuectel),
  build: (fact) => {
    const body = quectelBody(fact);
    return body === undefined ? undefined : { body, contentType: JSON_TYPE };
  },
};

/**
 * Our own: every change of status after acceptance, which the answer to the request has told already.
 * `version` grows with each event of a command, so that a receiver can ignore what is older than what it has.
 */
const native: CallbackFormat = {
  silentOn: new Set(['CommandAccepted']),
  build: (fact) => {
    const { commandId, version, event, request, status, statusBefore } = fact;
    if (status === statusBefore || statusBefore === 'none') return undefined;
    const result = 'result' in event ? { result: event.result } : {};
    const body = {
      type: `command.${status}`,
      commandId,
      deviceId: request.deviceId,
      version,
      status,
      at: new Date(event.at).toISOString(),
      ...result,
    };
    return { body: JSON.stringify(body), contentType: JSON_TYPE };
  },
};

/** By the name that a command's callback carries. */
export const CALLBACK_FORMATS: ReadonlyMap<string, CallbackFormat> = new Map([
  ['huawei', huawei],
  ['native', native],
  ['quectel', quectel],
]);
