import { parseHuaweiClientId } from '../authentication/huawei-client-id.js';
import type { DeviceName } from '../codecs/device-name.js';
import { isTopicSafe } from '../codecs/topic-safety.js';

/** What an MQTT client calls itself in its CONNECT, as a broker tells it. */
export interface ClientNames {
  readonly clientId: string;
  readonly username?: string;
}

/**
 * Which device a client is, by the way in which each vendor's devices name themselves; undefined for a client that is none. A name
 * is believed here: it was the broker that had to check it.
 * - EnOS: client id `…|securemode=…|`, user name `{deviceKey}&{productKey}`.
 * - Huawei: client id `{deviceId}_0_{sign type}_{hour}`. A node id (`_2_`) names no device of ours.
 * - Quectel (ours): user name `{productKey}/{deviceKey}`.
 * - native, and whoever has no rule of its own: the user name is the device id, and where there is none, the client id.
 */
export function deviceNameOf({ clientId, username }: ClientNames): DeviceName | undefined {
  // Our own: the platform's connections, and a gateway's sessions, whose presence the gateway itself tells.
  if (clientId.startsWith('downlink-')) return undefined;
  if (/\|securemode=\d/.test(clientId)) return enosName(username);
  const huawei = parseHuaweiClientId(clientId);
  if (huawei?.identityType === 2) return undefined;
  const [, productKey, deviceKey] = /^([^/]+)\/([^/]+)$/.exec(username ?? '') ?? [];
  if (productKey !== undefined && deviceKey !== undefined) return { productKey, deviceKey };
  const deviceId = huawei?.id ?? username ?? clientId;
  return isTopicSafe(deviceId) ? { deviceId } : undefined;
}

function enosName(username: string | undefined): DeviceName | undefined {
  const [, deviceKey, productKey] = /^([^&]+)&([^&]+)$/.exec(username ?? '') ?? [];
  return deviceKey === undefined || productKey === undefined ? undefined : { productKey, deviceKey };
}
