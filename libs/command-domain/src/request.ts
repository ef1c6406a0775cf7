import type { DeviceId } from './ids.js';
import type { JsonObject } from './json.js';

/** How a command may leave: through the device's queue, or at once. */
export type Mode = 'cached' | 'immediate';

/** What the application asked for, in canonical words. Fixed at acceptance; dialects translate into it and back. */
export interface CommandRequest {
  /** Owner of the device and of the command. */
  readonly applicationId: string;
  readonly deviceId: DeviceId;
  /** The northbound API that the command came through. */
  readonly dialect: string;
  /** The device's wire format at submission; a later change of the product does not reach commands on their way. */
  readonly wireFormat: string;
  readonly service: string;
  readonly method: string;
  readonly parameters: JsonObject;
  /** Which version of its product's model it was checked against; absent where the product had none. */
  readonly modelVersion?: number;
  readonly mode: Mode;
  /** How long an attempt may still start, in ms after acceptance. 0 for an immediate command that goes past the queue. */
  readonly lifetimeMs: number;
  readonly policy: DeliveryPolicy;
  readonly callback?: Callback;
  /** The caller's name for what the command is about; a later command with the same one may supersede it. */
  readonly supersedeKey?: string;
  /** The API instance that holds a synchronous call open for this command; every fact about it names the instance. */
  readonly waiter?: string;
  /** What the dialect must know of its call again (in callbacks, in queries) and canonical words have no place for. Read by it alone. */
  readonly dialectData?: JsonObject;
}

export interface Callback {
  /** null: nobody but those who subscribed to what this format tells. */
  readonly url: string | null;
  /** Which body the notifier builds; the dialect's name unless the caller chose otherwise. */
  readonly format: string;
}

/** The numbers that rule one command's delivery. They are stored with it, so that a decision needs nothing else. */
export interface DeliveryPolicy {
  /** Resends after the first attempt. */
  readonly maxRetransmit: number;
  /** Wait for an acknowledgement after attempt 1, in ms; it doubles with each attempt. */
  readonly firstWaitMs: number;
  /** 0..1: how much of the wait is added at most, spread over commands. 0.5 turns 10 s into 10–15 s. */
  readonly waitJitter: number;
  /** How long an acknowledged command may wait for its answer, in ms. */
  readonly answerWithinMs: number;
  /** What an answer after the time-out does: it is only recorded, or it still decides. */
  readonly lateAnswers: 'record' | 'accept';
  /** Queued commands that the device's lane may hold. */
  readonly laneCap: number;
  /** Immediate commands go past the queue, or join it when it is not empty. */
  readonly immediate: 'bypass' | 'join';
  /** An immediate command is refused (`device-unreachable`) while its device is known to be away, although it goes past the queue. */
  readonly refuseUnreachable?: true;
  /**
   * One deadline over all others, in ms after acceptance, for a caller who waits and then turns away: no attempt starts, no
   * acknowledgement and no answer is awaited after it. Absent: only lifetime and waits count.
   */
  readonly finishWithinMs?: number;
}

const texts = new WeakMap<CommandRequest, string>();

/**
 * A request as JSON, made once for all places that a request is written to (event, head, each fact on the bus): requests
 * never change. Five texts a command were 5 % of an API process at its limit.
 */
export function requestJson(request: CommandRequest): string {
  const known = texts.get(request);
  if (known !== undefined) return known;
  const text = JSON.stringify(request);
  texts.set(request, text);
  return text;
}
