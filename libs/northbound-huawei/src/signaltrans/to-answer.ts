import type { AcceptedStatus } from '@downlink/command-domain';
import type { Head } from '@downlink/command-engine';
import type { SendCommandAnswer, SendCommandBody, SignaltransStatus } from '../wire/send-command.js';
import { wireTime } from '../wire/times.js';
import { signaltransDataOf } from './signaltrans-data.js';

/** How a command that the caller waited for stands; an answer of the device, of whatever kind, proves that it was delivered. */
const STATUSES: Readonly<Record<AcceptedStatus, SignaltransStatus>> = {
  queued: 'sent',
  sending: 'sent',
  sent: 'sent',
  delivered: 'delivered',
  succeeded: 'delivered',
  failed: 'delivered',
  'timed-out': 'failed',
  expired: 'failed',
  canceled: 'failed',
  superseded: 'failed',
};

export function signaltransStatus(status: AcceptedStatus): SignaltransStatus {
  return STATUSES[status];
}

/**
 * The answer of sendCommand. For toType CLOUD it says what became of the command and names no requestId; otherwise that it was sent, under
 * the caller's requestId or the sequence number that it was given.
 */
export function toSendCommandAnswer({ state }: Head, { header }: SendCommandBody): SendCommandAnswer {
  const time = wireTime(state.firstAttemptAt ?? state.acceptedAt);
  const times = { timestamp: time, timeStamp: time };
  if (header.toType === 'CLOUD') return { requestId: null, status: signaltransStatus(state.status), ...times };
  return { requestId: signaltransDataOf(state.request)?.requestId ?? null, status: 'sent', ...times };
}
