import { wireFormats } from '../codecs/wire-formats.js';
import type { BrokerIdentity } from './broker-identity.js';

/** A device publishes to its own uplink topics only, and may have the broker keep (retain) nothing but its own presence. */
export function mayPublish(identity: BrokerIdentity, topic: string, retain: boolean): boolean {
  if (identity === 'platform') return !topic.startsWith('$');
  const own = wireFormats[identity.wireFormat].topicsOf(identity.deviceId);
  return own.uplinks.includes(topic) && (!retain || topic === own.presence);
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
  return identity === 'platform' ? undefined : wireFormats[identity.wireFormat].topicsOf(identity.deviceId).command;
}
