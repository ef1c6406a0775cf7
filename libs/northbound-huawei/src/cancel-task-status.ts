import type { CancelTaskStatus } from '@downlink/command-engine';

/** The status enum of Huawei, Creating Device Command Cancellation Tasks v1.4.0; the vendor spells WAITTING with two T. */
export type HuaweiCancelTaskStatus = 'WAITTING' | 'RUNNING' | 'SUCCESS' | 'PART_SUCCESS' | 'FAILED';

const STATUSES: Readonly<Record<CancelTaskStatus, HuaweiCancelTaskStatus>> = {
  waiting: 'WAITTING',
  running: 'RUNNING',
  succeeded: 'SUCCESS',
  'partly-succeeded': 'PART_SUCCESS',
  failed: 'FAILED',
};

export function huaweiCancelTaskStatus(status: CancelTaskStatus): HuaweiCancelTaskStatus {
  return STATUSES[status];
}

/** As a caller names it; one page of the vendor's has WAITING. Undefined when there is no such status. */
export function readCancelTaskStatus(text: string): CancelTaskStatus | undefined {
  const name = text === 'WAITING' ? 'WAITTING' : text;
  return (Object.keys(STATUSES) as CancelTaskStatus[]).find((status) => STATUSES[status] === name);
}
