import type { IConnectPacket } from 'mqtt-packet';
import { presenceMessage } from '../../presence/presence-publisher.js';
import { uplinkTopic } from '../../uplinks/uplink-topic.js';
import type { DeviceSession } from '../session/device-session.js';

export type Will = NonNullable<IConnectPacket['will']>;

export interface SessionWill {
  readonly will: Will;
  /** Whether the will is ours, which tells the platform that the device is gone. */
  readonly ours: boolean;
}

/** Nobody's topics are longer, and there must be room for what goes before it. */
const longestTopic = 4_096;

/**
 * The will of a device's session on the broker. A device's own one goes to its own topics only, as its publishes do; where it has
 * none, or one that tells its presence, ours tells the truth even when the gateway dies. Undefined when it may not have its will.
 */
export function sessionWill(wanted: Will | undefined, session: DeviceSession): SessionWill | undefined {
  const { device, epoch } = session;
  if (wanted === undefined || session.isPresenceTopic(wanted.topic)) {
    const { topic, payload } = presenceMessage(device.deviceId, false, epoch);
    return { will: { topic, payload: Buffer.from(payload), qos: 1, retain: false }, ours: true };
  }
  if (wanted.retain === true || wanted.topic.length > longestTopic || !session.allows(wanted.topic)) return undefined;
  return { will: { ...wanted, topic: uplinkTopic(device.deviceId, wanted.topic) }, ours: false };
}
