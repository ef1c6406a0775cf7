import { generate, type IConnackPacket } from 'mqtt-packet';
import { parsePacket, type ProtocolVersion } from './parse-packet.js';

export interface ConnackChanges {
  readonly maxPacketBytes: number;
  readonly maxInFlight: number;
  /** Told to a device that left its client id empty. */
  readonly assignedClientId: string | undefined;
}

/** What the broker answered to a CONNECT, and what the device is to be told. */
export type BrokerConnack =
  | { readonly accepted: true; readonly sessionPresent: boolean; readonly maxInFlight: number; readonly packet: Buffer }
  /** `code` is the return code of MQTT 3.1.1 or the reason code of MQTT 5; undefined when it was no CONNACK at all. */
  | { readonly accepted: false; readonly code: number | undefined };

/**
 * Reads the broker's CONNACK and rewrites it for the device. Topic aliases are not allowed, as the gateway must see topics;
 * packet size and Receive Maximum are the smaller one of the broker's and ours.
 */
export function readConnack(frame: Buffer, version: ProtocolVersion, changes: ConnackChanges): BrokerConnack {
  // A broker that does not know MQTT 5 refuses it in 3.1.1's words.
  const wireVersion = version === 5 && frame.length > 4 ? 5 : 4;
  const packet = parsePacket(frame, wireVersion);
  if (packet?.cmd !== 'connack') return { accepted: false, code: undefined };
  const code = wireVersion === 5 ? packet.reasonCode : packet.returnCode;
  if (code !== 0 || (version === 5) !== (wireVersion === 5))
    return { accepted: false, code: code === 0 ? undefined : code };
  return {
    accepted: true,
    sessionPresent: packet.sessionPresent,
    maxInFlight: Math.min(packet.properties?.receiveMaximum ?? 65_535, changes.maxInFlight),
    packet: version === 5 ? rewritten(packet, changes) : plainConnack(version, packet.sessionPresent),
  };
}

/** MQTT 3.1 has no session flag: the byte is reserved there. */
export function plainConnack(version: 3 | 4, sessionPresent: boolean): Buffer {
  return Buffer.from([0x20, 2, version === 4 && sessionPresent ? 1 : 0, 0]);
}

function rewritten(packet: IConnackPacket, changes: ConnackChanges): Buffer {
  const {
    topicAliasMaximum: _aliases,
    assignedClientIdentifier: _ours,
    authenticationMethod: _method,
    authenticationData: _data,
    ...kept
  } = packet.properties ?? {};
  return generate(
    {
      cmd: 'connack',
      reasonCode: 0,
      sessionPresent: packet.sessionPresent,
      properties: {
        ...kept,
        receiveMaximum: Math.min(kept.receiveMaximum ?? 65_535, changes.maxInFlight),
        maximumPacketSize: Math.min(kept.maximumPacketSize ?? changes.maxPacketBytes, changes.maxPacketBytes),
        wildcardSubscriptionAvailable: false,
        sharedSubscriptionAvailable: false,
        ...(changes.assignedClientId === undefined ? {} : { assignedClientIdentifier: changes.assignedClientId }),
      },
    },
    { protocolVersion: 5 },
  );
}
