import { parseHuaweiClientId } from '../authentication/huawei-client-id.js';
import type { WireFormat } from '../codecs/wire-format-codec.js';

export interface DeviceIdentity {
  deviceId: string;
  wireFormat: WireFormat;
}

/** Who a connection belongs to: one device, or the platform itself, which may do everything. */
export type BrokerIdentity = DeviceIdentity | 'platform';

/** Client ids that the broker makes up when a client brings none begin like this; a random part makes them unique. */
const generated = /^aedes_[0-9a-f-]{36}$/;

/**
 * Whether a device may connect under this client id. It must name the device itself (or be empty): taking over somebody
 * else's client id would end his session and inherit his subscriptions.
 */
export function mayUseClientId(clientId: string, { deviceId, wireFormat }: DeviceIdentity): boolean {
  if (wireFormat === 'huawei') return parseHuaweiClientId(clientId)?.id === deviceId;
  return clientId === deviceId || generated.test(clientId);
}

/** One text per identity, for comparing owners. */
export function ownerOf(identity: BrokerIdentity): string {
  return identity === 'platform' ? 'platform' : `${identity.wireFormat} ${identity.deviceId}`;
}
