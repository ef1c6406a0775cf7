import { z } from 'zod';
import { readCancelTaskStatus, type HuaweiCancelTaskStatus } from '../cancel-task-status.js';
import type { CommandResourceWithResult } from './command-resource.js';
import { optionalQuery, text } from './fields.js';
import { queryCommandsQuery } from './query-commands.js';

/** The body of Huawei, Creating Device Command Cancellation Tasks v1.4.0; its Java SDK also sends `appId: null`, which is ignored. */
export const createCancelTaskBody = z.object({ deviceId: text(64) });

const status = z.string().transform((value, context) => {
  const known = readCancelTaskStatus(value);
  if (known !== undefined) return known;
  context.addIssue({ code: 'custom', message: 'expected WAITTING, RUNNING, SUCCESS, FAILED or PART_SUCCESS' });
  return z.NEVER;
});

/** The query of Huawei, Querying Device Command Cancellation Tasks v1.4.0: pages and times as for commands, and two members more. */
export const queryCancelTasksQuery = queryCommandsQuery.and(
  z.object({ taskId: optionalQuery(text(64)), status: optionalQuery(status) }),
);

export type QueryCancelTasksQuery = z.output<typeof queryCancelTasksQuery>;

/** A task as the vendor shows it: every command that was queued for the device when it was made, as it stands now. */
export interface CancelTaskResource {
  readonly taskId: string;
  readonly appId: string;
  readonly deviceId: string;
  readonly status: HuaweiCancelTaskStatus;
  readonly totalCount: number;
  readonly deviceCommands: readonly CommandResourceWithResult[];
}
