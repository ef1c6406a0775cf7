import type { ProtocolVersion } from '../packets/parse-packet.js';
import type { AdmittedDevice, DeviceAddress } from '../ports.js';

/** Which topics a device may use; every codec knows it for its wire format. */
export interface TopicRights {
  mayPublish(device: DeviceAddress, topic: string): boolean;
  maySubscribe(device: DeviceAddress, filter: string): boolean;
  /** The one topic on which a retained publish is let through (and not retained). */
  presenceTopic?(device: DeviceAddress): string;
}

export interface SessionSetup {
  readonly version: ProtocolVersion;
  readonly admitted: AdmittedDevice;
  readonly rights: TopicRights;
  /** Put before each topic that the device publishes on. */
  readonly uplinkPrefix: string;
}

/** What is known of one device's session while it is connected: who it is, what it may do, what it has in flight. */
export class DeviceSession {
  readonly version: ProtocolVersion;
  readonly device: DeviceAddress;
  readonly epoch: number;
  readonly prefix: Buffer;
  /** Unacknowledged QoS 1 and 2 publishes of the device that may be on their way; set by the broker's CONNACK. */
  maxInFlight = 1;
  readonly #rights: TopicRights;
  /** Packet ids of the publishes on their way. */
  #inFlight: Set<number> | undefined;
  #lastAllowed = '';

  constructor({ version, admitted, rights, uplinkPrefix }: SessionSetup) {
    this.version = version;
    this.device = admitted.device;
    this.epoch = admitted.epoch;
    this.prefix = Buffer.from(uplinkPrefix);
    this.#rights = rights;
  }

  /** Whether the device may publish on the topic whose UTF-8 stands in these bytes. */
  mayPublish(bytes: Buffer, from: number, to: number): boolean {
    // A device publishes on few topics, mostly on one: the bytes of the last one need no second look.
    const key = bytes.toString('latin1', from, to);
    if (key === this.#lastAllowed) return true;
    if (!this.allows(bytes.toString('utf8', from, to))) return false;
    this.#lastAllowed = key;
    return true;
  }

  /** Whether the device may publish on this topic. */
  allows(topic: string): boolean {
    return topic.length > 0 && !/[+#\0]/.test(topic) && this.#rights.mayPublish(this.device, topic);
  }

  isPresenceTopic(topic: string): boolean {
    return this.#rights.presenceTopic?.(this.device) === topic;
  }

  /** A device subscribes to its own topics, spelled out, whatever the wire format says. */
  maySubscribe(filter: string): boolean {
    return !/[+#\0]|^\$/.test(filter) && this.#rights.maySubscribe(this.device, filter);
  }

  /** True when the publish may go now; it is in flight then. One that is sent again counts once. */
  takesOff(packetId: number): boolean {
    const inFlight = (this.#inFlight ??= new Set());
    if (inFlight.size >= this.maxInFlight && !inFlight.has(packetId)) return false;
    inFlight.add(packetId);
    return true;
  }

  isInFlight(packetId: number): boolean {
    return this.#inFlight?.has(packetId) === true;
  }

  /** True when there is room again for more than a few, so that what was held is worth another look. */
  landed(packetId: number): boolean {
    return this.#inFlight?.delete(packetId) === true && this.#inFlight.size <= this.maxInFlight / 2;
  }
}
