import type { BatchMemberState } from '@downlink/command-engine';
import type { DetailStatus } from '../wire/batch-task.js';

/** Where a device of a task stands, in the vendor's words for subtasks. */
const STATUSES: Readonly<Record<BatchMemberState, DetailStatus>> = {
  pending: 'Pending',
  queued: 'Pending',
  sending: 'WaitResult',
  sent: 'WaitResult',
  delivered: 'WaitResult',
  succeeded: 'Success',
  failed: 'Fail',
  refused: 'Fail',
  gone: 'Fail',
  canceled: 'Fail',
  superseded: 'Fail',
  'timed-out': 'Timeout',
  expired: 'Timeout',
};

export function detailStatus(state: BatchMemberState): DetailStatus {
  return STATUSES[state];
}

/** The states that this word stands for. */
export function statesOf(status: DetailStatus): BatchMemberState[] {
  return (Object.keys(STATUSES) as BatchMemberState[]).filter((state) => STATUSES[state] === status);
}
