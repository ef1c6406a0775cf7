import { wireFormats } from '../codecs/wire-formats.js';
import type { DeviceAddress } from '../codecs/device-name.js';
import type { BrokerIdentity, DeviceIdentity } from './broker-identity.js';

/** A device publishes to its own uplink topics only, and may have the broker keep (retain) nothing but its own presence. */
export function mayPublish(identity: BrokerIdentity, topic: string, retain: boolean): boolean {
  if (identity === 'platform') return !topic.startsWith('$');
  const codec = wireFormats[identity.wireFormat];
  const device = addressOf(identity);
  return codec.mayPublish(device, topic) && (!retain || topic === codec.presenceTopic?.(device));
}

/** A device subscribes to its own command topic only, spelled out: no wildcards. */
export function maySubscribe(identity: BrokerIdentity, filter: string): boolean {
  return identity === 'platform' || filter === commandTopicOf(identity);
}

/** A device is handed nothing but its own commands, whatever subscription might have been stored for it. */
export function mayReceive(identity: BrokerIdentity, topic: string): boolean {
  return identity === 'platform' || topic === commandTopicOf(identity);
}

/** The topic whose subscription makes a device reachable; undefined for the platform. */
export function commandTopicOf(identity: BrokerIdentity): string | undefined {
  return identity === 'platform' ? undefined : wireFormats[identity.wireFormat].commandTopics(addressOf(identity))[0];
}

/** Formats with product and device keys come through the gateway only. */
function addressOf({ deviceId }: DeviceIdentity): DeviceAddress {
  return { deviceId, productKey: '', deviceKey: null };
}
