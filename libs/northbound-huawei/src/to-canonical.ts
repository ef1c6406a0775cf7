import type { CommandRequest } from '@downlink/command-domain';
import type { CancelTaskQuery, CommandQuery, Device } from '@downlink/command-engine';
import { deliveryTo, type DeliveryDefaults } from '@downlink/northbound-kit';
import type { QueryCancelTasksQuery } from './wire/cancel-task.js';
import { DEFAULT_EXPIRE_SECONDS, DEFAULT_MAX_RETRANSMIT, type CreateCommandBody } from './wire/create-command.js';
import type { QueryCommandsQuery } from './wire/query-commands.js';

/**
 * A create call in canonical words. `expireTime` 0: delivered at once, past the queue, whatever stands in it; otherwise
 * cached for that long, by default 48 hours.
 */
export function toRequest(body: CreateCommandBody, device: Device, delivery: DeliveryDefaults): CommandRequest {
  const lifetimeMs = (body.expireTime ?? DEFAULT_EXPIRE_SECONDS) * 1000;
  return {
    applicationId: device.applicationId,
    deviceId: device.id,
    dialect: 'huawei',
    wireFormat: device.wireFormat,
    service: body.command.serviceId,
    method: body.command.method,
    parameters: body.command.paras ?? {},
    mode: lifetimeMs === 0 ? 'immediate' : 'cached',
    lifetimeMs,
    policy: {
      maxRetransmit: body.maxRetransmit ?? DEFAULT_MAX_RETRANSMIT,
      ...deliveryTo(device, delivery),
      immediate: 'bypass',
    },
    ...(body.callbackUrl !== undefined && { callback: { url: body.callbackUrl, format: 'huawei' } }),
  };
}

/** A query in canonical words. */
export function toCommandQuery(query: QueryCommandsQuery, applicationId: string): CommandQuery {
  return { ...toPage(query), applicationId };
}

export function toCancelTaskQuery(query: QueryCancelTasksQuery, applicationId: string): CancelTaskQuery {
  return {
    ...toPage(query),
    applicationId,
    ...(query.taskId !== undefined && { id: query.taskId }),
    ...(query.status !== undefined && { statuses: [query.status] }),
  };
}

/** `endTime` names a whole second, which still belongs to the answer. */
function toPage({ deviceId, startTime, endTime, pageNo, pageSize }: QueryCommandsQuery) {
  return {
    ...(deviceId !== undefined && { deviceId }),
    ...(startTime !== undefined && { from: startTime }),
    ...(endTime !== undefined && { until: endTime + 1000 }),
    offset: pageNo * pageSize,
    limit: pageSize,
  };
}
