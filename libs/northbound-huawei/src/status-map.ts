import type { AcceptedStatus, CommandEvent, EventType } from '@downlink/command-domain';

/** The status enum of Huawei, Creating Device Commands v1.4.0. */
export type HuaweiStatus =
  'PENDING' | 'EXPIRED' | 'SUCCESSFUL' | 'FAILED' | 'TIMEOUT' | 'CANCELED' | 'DELIVERED' | 'SENT';

const STATUSES: Readonly<Record<AcceptedStatus, HuaweiStatus>> = {
  queued: 'PENDING',
  // "SENT: The command is being delivered."
  sending: 'SENT',
  sent: 'SENT',
  delivered: 'DELIVERED',
  succeeded: 'SUCCESSFUL',
  failed: 'FAILED',
  'timed-out': 'TIMEOUT',
  expired: 'EXPIRED',
  canceled: 'CANCELED',
  // Only another dialect can replace commands; the nearest word here.
  superseded: 'CANCELED',
};

export function huaweiStatus(status: AcceptedStatus): HuaweiStatus {
  return STATUSES[status];
}

/** Which status an event announces to the application; null where it announces none. */
const ANNOUNCED: Readonly<Record<EventType, HuaweiStatus | null>> = {
  CommandAccepted: null,
  AttemptStarted: null,
  AttemptSent: 'SENT',
  AttemptNotSent: null,
  CommandDelivered: 'DELIVERED',
  CommandSucceeded: 'SUCCESSFUL',
  CommandFailed: 'FAILED',
  CommandTimedOut: 'TIMEOUT',
  CommandExpired: 'EXPIRED',
  CommandCanceled: 'CANCELED',
  CommandSuperseded: 'CANCELED',
  LateAnswerRecorded: null,
  AnswerRejected: null,
};

export function announcedStatus(event: CommandEvent): HuaweiStatus | null {
  return ANNOUNCED[event.type];
}
