import type { DeviceQuery } from '@downlink/command-engine';
import type { QueryDevicesQuery } from '../wire/query-devices.js';
import { presenceOfStatus } from './device-view.js';
import { saidOfDevice } from './kept.js';

/**
 * A list query in canonical words; undefined when nothing can match. Every device is connected directly and its own gateway. The
 * second that `endTime` names still belongs to the answer.
 */
export function toDeviceQuery(query: QueryDevicesQuery, applicationId: string): DeviceQuery | undefined {
  const { gatewayId, nodeType, deviceType, location, name, status, startTime, endTime, sort, pageNo = 0 } = query;
  if (nodeType !== undefined && nodeType !== 'GATEWAY') return undefined;
  return {
    applicationId,
    ...(gatewayId !== undefined && { ids: [gatewayId] }),
    ...(name !== undefined && { name }),
    ...((deviceType ?? location) !== undefined && { attributes: saidOfDevice({ deviceType, location }) }),
    ...(status !== undefined && { presence: presenceOfStatus(status) }),
    ...(startTime !== undefined && { from: startTime }),
    ...(endTime !== undefined && { until: endTime + 1000 }),
    order: sort === 'ASC' ? 'oldest' : 'newest',
    offset: pageNo * query.pageSize,
    limit: query.pageSize,
  };
}
