import type { JsonObject } from '@downlink/command-domain';
import type { BatchTask } from '@downlink/command-engine';

/** A row of `batch_task` as pg gives it: bigint comes as text. */
export interface BatchTaskRow {
  id: string;
  application_id: string;
  name: string;
  timeout_ms: string;
  details: JsonObject;
  total: number;
  created_at: string;
  started_at: string | null;
  submitted_at: string | null;
  is_over: boolean;
}

export const BATCH_TASK_COLUMNS =
  'id, application_id, name, timeout_ms, details, total, created_at, started_at, submitted_at, created_at + timeout_ms <= now_ms() as is_over';

export function batchTaskOf(row: BatchTaskRow): BatchTask {
  return {
    id: row.id,
    applicationId: row.application_id,
    name: row.name,
    timeoutMs: Number(row.timeout_ms),
    details: row.details,
    total: row.total,
    createdAt: Number(row.created_at),
    startedAt: row.started_at === null ? null : Number(row.started_at),
    submittedAt: row.submitted_at === null ? null : Number(row.submitted_at),
    isOver: row.is_over,
  };
}
