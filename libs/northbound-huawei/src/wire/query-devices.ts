import { z } from 'zod';
import { integer, optionalQuery, text, wireTimeField } from './fields.js';

const STATUSES = ['ONLINE', 'OFFLINE', 'INACTIVE', 'ABNORMAL'] as const;
const NODE_TYPES = ['ENDPOINT', 'GATEWAY', 'UNKNOW'] as const;
const DEFAULT_PAGE_SIZE = 25;
const MAX_PAGE_SIZE = 250;

export type HuaweiDeviceStatus = (typeof STATUSES)[number];
export type HuaweiNodeType = (typeof NODE_TYPES)[number];

const word = optionalQuery(text(256));

/** The query of Huawei, Querying Device Information in Batches v1.4.0. Times bound the registration. */
export const queryDevicesQuery = z
  .object({
    appId: optionalQuery(text(64)),
    gatewayId: word,
    nodeType: optionalQuery(z.enum(NODE_TYPES)),
    deviceType: word,
    location: optionalQuery(text(2048)),
    name: word,
    pageNo: optionalQuery(integer(0, 2_147_483_647)),
    pageSize: optionalQuery(integer(1, MAX_PAGE_SIZE)),
    status: optionalQuery(z.enum(STATUSES)),
    startTime: optionalQuery(wireTimeField),
    endTime: optionalQuery(wireTimeField),
    sort: optionalQuery(z.enum(['ASC', 'DESC'])),
    select: optionalQuery(z.string().regex(/^imsi$/i, { message: 'expected imsi' })),
  })
  .refine(({ startTime, endTime }) => startTime === undefined || endTime === undefined || startTime <= endTime, {
    path: ['endTime'],
    message: 'lies before startTime',
  })
  .transform((query) => ({ ...query, pageSize: query.pageSize ?? DEFAULT_PAGE_SIZE }));

export type QueryDevicesQuery = z.output<typeof queryDevicesQuery>;

/** The query of the calls about one device. */
export const queryDeviceQuery = z.object({
  appId: optionalQuery(text(64)),
  select: optionalQuery(z.string().regex(/^imsi$/i, { message: 'expected imsi' })),
});

/** `cascade` concerns the devices behind a gateway, which are none here. */
export const deleteDeviceQuery = z.object({
  appId: optionalQuery(text(64)),
  cascade: optionalQuery(z.enum(['true', 'false'])),
});

export const queryCapabilitiesQuery = z.object({
  appId: optionalQuery(text(64)),
  gatewayId: word,
  deviceId: word,
});
