import type { DeviceInfoMember } from './device-fields.js';
import type { HuaweiDeviceStatus, HuaweiNodeType } from './query-devices.js';

/** A device as the vendor shows it; every member of deviceInfo is a text or null. */
export interface DeviceResource {
  readonly deviceId: string;
  readonly gatewayId: string;
  readonly nodeType: HuaweiNodeType;
  readonly createTime: string;
  readonly lastModifiedTime: string;
  readonly deviceInfo: Readonly<Record<DeviceInfoMember, string | null>> & {
    readonly nodeId: string | null;
    readonly status: HuaweiDeviceStatus;
    readonly statusDetail: string;
  };
  readonly services: readonly [];
  /** Only where `select=imsi` asked for it. */
  readonly imsi?: string | null;
}

/** The answer of Querying Device Information in Batches. */
export interface DevicePage {
  readonly totalCount: number;
  readonly pageNo: number;
  readonly pageSize: number;
  readonly devices: readonly DeviceResource[];
}
