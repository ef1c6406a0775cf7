import type { CancelTask, CancelTaskStatus } from '@downlink/command-engine';

/** A row of `cancel_task` as pg gives it: bigint comes as text. */
export interface TaskRow {
  id: string;
  application_id: string;
  device_id: string;
  status: CancelTaskStatus;
  total: number;
  canceled: number;
  not_canceled: number;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
}

export const TASK_COLUMNS =
  'id, application_id, device_id, status, total, canceled, not_canceled, created_at, started_at, finished_at';

export function taskOf(row: TaskRow): CancelTask {
  return {
    id: row.id,
    applicationId: row.application_id,
    deviceId: row.device_id,
    status: row.status,
    total: row.total,
    canceled: row.canceled,
    notCanceled: row.not_canceled,
    createdAt: Number(row.created_at),
    startedAt: row.started_at === null ? null : Number(row.started_at),
    finishedAt: row.finished_at === null ? null : Number(row.finished_at),
  };
}
