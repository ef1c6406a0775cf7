import { type Packet, parser } from 'mqtt-packet';

/** 3 is MQTT 3.1, 4 is MQTT 3.1.1. */
export type ProtocolVersion = 3 | 4 | 5;

/** Reads one whole packet; undefined when it is anything but exactly one packet of this version. Never throws. */
export function parsePacket(bytes: Buffer, protocolVersion: ProtocolVersion): Packet | undefined {
  let packet: Packet | undefined;
  let failed = false;
  const reader = parser({ protocolVersion });
  reader.on('packet', (read: Packet) => {
    failed ||= packet !== undefined;
    packet = read;
  });
  reader.on('error', () => {
    failed = true;
  });
  try {
    // It reads on behind the end of a packet whose inner lengths lie, and throws there.
    if (reader.parse(bytes) !== 0) return undefined;
  } catch {
    return undefined;
  }
  return failed ? undefined : packet;
}
