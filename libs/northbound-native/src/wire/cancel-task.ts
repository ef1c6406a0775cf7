import { CANCEL_TASK_STATUSES, type CancelTask, type CancelTaskCommand } from '@downlink/command-engine';
import { z } from 'zod';
import { commandIdText, count, status, timestamp } from './command-answer.js';
import { isoTime } from './command-view.js';
import { digits } from './fields.js';
import { cursorMember, listOf } from './page-query.js';
import { ONE_BEGINNING, timelineMembers } from './timeline-query.js';

/** Body of `POST /v1/devices/{id}/cancel-tasks`: there is nothing to say yet. */
export const createCancelTaskBody = z.strictObject({});

/** Query of `GET /v1/cancel-tasks`. */
export const listCancelTasksQuery = z
  .strictObject(timelineMembers(z.enum(CANCEL_TASK_STATUSES)))
  .refine(...ONE_BEGINNING);

/** Query of `GET /v1/cancel-tasks/{id}`: which of its commands are shown. */
export const cancelTaskQuery = z
  .strictObject({
    limit: digits(1, 1000).default(1000),
    offset: digits(0, 1_000_000).optional(),
    cursor: cursorMember.optional(),
  })
  .refine(...ONE_BEGINNING);

/** The key of a task's place in its list. */
export const cancelTaskKey = z.uuid();
/** Of a command's place in its task, whose commands never change: how many stand before it. */
export const placeInTask = digits(0, 1_000_000);

export const cancelTaskAnswer = z
  .strictObject({
    id: z.string(),
    applicationId: z.string(),
    deviceId: z.string(),
    status: z.enum(CANCEL_TASK_STATUSES),
    total: count,
    canceled: count,
    notCanceled: count,
    pending: count,
    createdAt: timestamp,
    startedAt: timestamp.nullable(),
    finishedAt: timestamp.nullable(),
  })
  .meta({ id: 'CancelTask' });

export const cancelTaskListAnswer = listOf(cancelTaskAnswer).extend({
  total: count,
  limit: count,
  offset: count.nullable(),
});

const cancelTaskCommandAnswer = z.strictObject({
  id: commandIdText,
  outcome: z.enum(['pending', 'canceled', 'not-canceled']),
  foundStatus: status.nullable(),
  status: status.nullable(),
});

/** A task with a page of its commands; `next` is the cursor of the next page of them. */
export const cancelTaskWithCommandsAnswer = cancelTaskAnswer
  .extend({ commands: z.array(cancelTaskCommandAnswer), next: z.string().nullable() })
  .meta({ id: 'CancelTaskWithCommands' });

export function cancelTaskView(task: CancelTask): z.output<typeof cancelTaskAnswer> {
  const { id, applicationId, deviceId, total, canceled, notCanceled } = task;
  return {
    id,
    applicationId,
    deviceId,
    status: task.status,
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
export function cancelTaskCommandView({
  commandId,
  outcome,
  foundStatus,
  head,
}: CancelTaskCommand): z.output<typeof cancelTaskCommandAnswer> {
  return { id: commandId, outcome, foundStatus, status: head?.state.status ?? null };
}
