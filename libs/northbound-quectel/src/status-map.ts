import type { AcceptedStatus } from '@downlink/command-domain';

/** The send status of Quectel, Query Device Data History: 0 not sent, 1 sent, -1 send failed. */
export type SendStatus = -1 | 0 | 1;

const STATUSES: Readonly<Record<AcceptedStatus, SendStatus>> = {
  queued: 0,
  // Not yet confirmed by the broker.
  sending: 0,
  sent: 1,
  delivered: 1,
  succeeded: 1,
  // The device refused it.
  failed: -1,
  'timed-out': -1,
  expired: -1,
  canceled: -1,
  superseded: -1,
};

export function sendStatus(status: AcceptedStatus): SendStatus {
  return STATUSES[status];
}

/** The other way round: every status that is shown so. */
export function statusesShownAs(shown: SendStatus): AcceptedStatus[] {
  return (Object.keys(STATUSES) as AcceptedStatus[]).filter((status) => STATUSES[status] === shown);
}
