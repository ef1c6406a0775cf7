import type { AcceptedStatus, Status } from '@downlink/command-domain';

export const ACCEPTED_STATUS_NAMES: Readonly<Record<AcceptedStatus, true>> = {
  queued: true,
  sending: true,
  sent: true,
  delivered: true,
  succeeded: true,
  failed: true,
  'timed-out': true,
  expired: true,
  canceled: true,
  superseded: true,
};

export const STATUS_NAMES: Readonly<Record<Status, true>> = { none: true, ...ACCEPTED_STATUS_NAMES };
