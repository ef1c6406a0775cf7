import type { JsonObject } from '@downlink/command-domain';
import { CANCEL_TASK_STATUSES, type CancelTask, type CancelTaskCommand } from '@downlink/command-engine';
import { z } from 'zod';
import { isoTime } from './command-view.js';
import { digits } from './fields.js';
import { timelineQuery } from './timeline-query.js';

/** Body of `POST /v1/devices/{id}/cancel-tasks`: there is nothing to say yet. */
export const createCancelTaskBody = z.strictObject({});

/** Query of `GET /v1/cancel-tasks`. */
export const listCancelTasksQuery = timelineQuery(z.enum(CANCEL_TASK_STATUSES));

/** Query of `GET /v1/cancel-tasks/{id}`: which of its commands are shown. */
export const cancelTaskQuery = z.strictObject({
  limit: digits(1, 1000).default(1000),
  offset: digits(0, 1_000_000).default(0),
});

export function cancelTaskView(task: CancelTask): JsonObject {
  const { id, applicationId, deviceId: device, status, total, canceled, notCanceled } = task;
  return {
    id,
    applicationId,
    deviceId: device,
    status,
    total,
    canceled,
    notCanceled,
    pending: total - canceled - notCanceled,
    createdAt: isoTime(task.createdAt),
    startedAt: isoTime(task.startedAt),
    finishedAt: isoTime(task.finishedAt),
  };
}

/** `status` is the command's now, `foundStatus` the one that stood against canceling it. */
export function cancelTaskCommandView({ commandId, outcome, foundStatus, head }: CancelTaskCommand): JsonObject {
  return { id: commandId, outcome, foundStatus, status: head?.state.status ?? null };
}
