import type { CallbackBody } from '@downlink/callback-http';
import type { EventType } from '@downlink/command-domain';
import type { CommittedFact } from '@downlink/command-engine';
import {
  callbackBody,
  CALLBACK_DEFAULTS,
  SIGNALTRANS_FORMAT,
  SIGNALTRANS_SILENT,
  signaltransNotices,
  type CallbackOptions,
} from '@downlink/northbound-huawei';
import { callbackBody as quectelBody, SILENT_EVENTS as silentForQuectel } from '@downlink/northbound-quectel';

/** How one format tells of facts. */
export interface CallbackFormat {
  /** Events that it never tells of: their records are passed over unread. */
  readonly silentOn: ReadonlySet<EventType>;
  /** The body for a fact, or undefined when it is not told of. Pure: the same fact gives the same bytes, always. */
  readonly build: (fact: CommittedFact) => CallbackBody | undefined;
}

/** One thing to tell to whoever wants to hear of its topic. */
export interface Notice extends CallbackBody {
  /** What subscriptions to it name. */
  readonly topic: string;
  /** What its receivers' names begin with; of notices about one fact the lower one goes first. */
  readonly place: string;
}

/** How one format tells of facts to the callback of the command, where it has one, and to those who subscribed. */
export interface SubscribedFormat {
  readonly silentOn: ReadonlySet<EventType>;
  /** Pure, and at most one for each topic. */
  readonly notices: (fact: CommittedFact) => readonly Notice[];
}

const JSON_TYPE = 'application/json';

/** Huawei, Pushing Device Command Status Changes. */
const huawei = (options: CallbackOptions): CallbackFormat => ({
  silentOn: new Set(['CommandAccepted', 'AttemptStarted', 'AttemptNotSent', 'LateAnswerRecorded', 'AnswerRejected']),
  build: (fact) => {
    const body = callbackBody(fact, options);
    return body === undefined ? undefined : { body, contentType: JSON_TYPE };
  },
});

/** A device's receipt is told before its answer. */
const SIGNALTRANS_PLACES = { messageConfirm: 'confirm', commandRsp: 'response' } as const;

/** Huawei, Pushing Device Acknowledgment Notifications; Pushing Device Command Response Notifications. */
const signaltrans: SubscribedFormat = {
  silentOn: new Set(SIGNALTRANS_SILENT),
  notices: (fact) =>
    signaltransNotices(fact).map(({ notifyType, body }) => ({
      topic: notifyType,
      place: SIGNALTRANS_PLACES[notifyType],
      body,
      contentType: JSON_TYPE,
    })),
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
export function callbackFormats(options: CallbackOptions = CALLBACK_DEFAULTS): ReadonlyMap<string, CallbackFormat> {
  return new Map([
    ['huawei', huawei(options)],
    ['native', native],
    ['quectel', quectel],
  ]);
}

/** The same for those that others subscribe to. */
export const SUBSCRIBED_FORMATS: ReadonlyMap<string, SubscribedFormat> = new Map([[SIGNALTRANS_FORMAT, signaltrans]]);
