import type { EventType } from '@downlink/command-domain';
import { anEvent, aRequest, COMMAND } from '@downlink/command-domain/contracts';
import type { FactRecord } from '@downlink/bus';
import type { CommittedFact } from '@downlink/command-engine';
import { headersOf } from '@downlink/message-contracts';

/** The status before and after an event of each type, in the life of a command that goes well unless the event says otherwise. */
const STATUS: { readonly [T in EventType]: readonly [CommittedFact['statusBefore'], CommittedFact['status']] } = {
  CommandAccepted: ['none', 'queued'],
  AttemptStarted: ['queued', 'sending'],
  AttemptSent: ['sending', 'sent'],
  AttemptNotSent: ['sending', 'queued'],
  CommandDelivered: ['sent', 'delivered'],
  CommandSucceeded: ['delivered', 'succeeded'],
  CommandFailed: ['delivered', 'failed'],
  CommandTimedOut: ['sent', 'timed-out'],
  CommandExpired: ['queued', 'expired'],
  CommandCanceled: ['queued', 'canceled'],
  CommandSuperseded: ['queued', 'superseded'],
  LateAnswerRecorded: ['timed-out', 'timed-out'],
  AnswerRejected: ['sent', 'sent'],
};

/** A fact of this type about a command with this callback. */
export function aFact(
  type: EventType,
  callback?: { url: string | null; format: string },
  over: Partial<CommittedFact> = {},
): CommittedFact {
  const [statusBefore, status] = STATUS[type];
  const request = aRequest(callback === undefined ? {} : { callback });
  return {
    commandId: COMMAND,
    version: 3,
    event: anEvent[type],
    request,
    lanePosition: 1,
    statusBefore,
    status,
    ...over,
  };
}

/** The fact as the bus hands it over; `read` counts how often its value was parsed. */
export function aRecord(fact: CommittedFact): FactRecord & { reads: number } {
  return {
    headers: headersOf(fact),
    key: fact.request.deviceId,
    origin: { topic: 'facts', partition: 0, offset: '0' },
    reads: 0,
    read() {
      this.reads += 1;
      return fact;
    },
  };
}
