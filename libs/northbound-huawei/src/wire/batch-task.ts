import { parseHex32 } from '@downlink/command-domain';
import { z } from 'zod';
import { callbackUrl, integer, jsonObject, optional, optionalQuery, text } from './fields.js';

/** Devices of one task, at most; ours, the vendor names no number for a list in the body. */
export const MAX_DEVICES = 10_000;

/** The parameters of a task of the type DeviceCmd. Of the vendor's ways to name devices the list is served. */
const param = z.object({
  type: z.literal('DeviceList', { message: 'expected DeviceList, the only one that is served' }),
  deviceList: z.array(text(64)).min(1).max(MAX_DEVICES),
  command: z.object({ serviceId: text(64), method: text(128), paras: optional(jsonObject) }),
  callbackUrl: optional(callbackUrl),
  maxRetransmit: optional(integer(0, 3)),
});

const tag = z.object({ tagName: text(128), tagValue: text(1024) });

/**
 * The body of Huawei, Creating a Batch Task v1.1.0. `appId` is mandatory in its table and null in its SDKs, for the caller's own.
 * `timeout` is in minutes.
 */
export const createBatchTaskBody = z.object({
  appId: optional(text(64)),
  timeout: integer(10, 2880),
  taskName: text(256),
  taskType: z.literal('DeviceCmd', { message: 'expected DeviceCmd, the only one that is served' }),
  param,
  tags: optional(z.array(tag)),
});

export type CreateBatchTaskBody = z.output<typeof createBatchTaskBody>;

/** Of Huawei, Querying Information About a Batch Task v1.1.0; `select=tag` shows the tags. */
export const queryBatchTaskQuery = z.object({ appId: optionalQuery(text(64)), select: optionalQuery(z.string()) });

export const DETAIL_STATUSES = ['Pending', 'WaitResult', 'Success', 'Fail', 'Timeout'] as const;
export type DetailStatus = (typeof DETAIL_STATUSES)[number];

const commandId = z.string().transform((value, context) => {
  const id = parseHex32(value);
  if (id !== undefined) return id;
  context.addIssue({ code: 'custom', message: 'expected 32 hexadecimal digits' });
  return z.NEVER;
});

const MAX_PAGE_SIZE = 1000;

/** Of Huawei, Querying Information About a Subtask of a Batch Task v1.1.0. Without `pageNo` it is not paged: as much as one answer holds. */
export const queryTaskDetailsQuery = z
  .object({
    appId: optionalQuery(text(64)),
    taskId: text(64),
    status: optionalQuery(z.enum(DETAIL_STATUSES)),
    deviceId: optionalQuery(text(64)),
    commandId: optionalQuery(commandId),
    pageNo: optionalQuery(integer(0, 2_147_483_647)),
    pageSize: optionalQuery(integer(1, MAX_PAGE_SIZE)),
  })
  .transform((query) => ({
    ...query,
    pageNo: query.pageNo ?? 0,
    pageSize: query.pageSize ?? (query.pageNo === undefined ? MAX_PAGE_SIZE : 1),
  }));
