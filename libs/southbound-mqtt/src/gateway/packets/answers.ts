import type { ProtocolVersion } from './parse-packet.js';

/**
 * Why a connection is refused or ended, with the CONNACK return code of MQTT 3.1.1 (table 3.1) and the reason code of MQTT 5
 * (§2.4) for the CONNACK.
 */
export const refusals = {
  version: { returnCode: 1, reasonCode: 0x84 },
  clientId: { returnCode: 2, reasonCode: 0x85 },
  unavailable: { returnCode: 3, reasonCode: 0x88 },
  credentials: { returnCode: 4, reasonCode: 0x86 },
  notAuthorized: { returnCode: 5, reasonCode: 0x87 },
  connectRate: { returnCode: 3, reasonCode: 0x9f },
  connections: { returnCode: 3, reasonCode: 0x97 },
  authenticationMethod: { returnCode: 5, reasonCode: 0x8c },
} as const;

export type Refusal = (typeof refusals)[keyof typeof refusals];

export const reason = {
  unspecified: 0x80,
  malformed: 0x81,
  protocolError: 0x82,
  notAuthorized: 0x87,
  /** The broker behind is away. "Server unavailable" (0x88) stands in no DISCONNECT. */
  serverBusy: 0x89,
  shuttingDown: 0x8b,
  topicAlias: 0x94,
  tooLarge: 0x95,
  quota: 0x97,
  /** In a SUBACK of MQTT 3.1.1: failure. */
  failure: 0x80,
} as const;

/** The CONNACK that says no. */
export function refusingConnack(version: ProtocolVersion, { returnCode, reasonCode }: Refusal): Buffer {
  return version === 5 ? Buffer.from([0x20, 3, 0, reasonCode, 0]) : Buffer.from([0x20, 2, 0, returnCode]);
}

/** MQTT 5 only. */
export function disconnect(reasonCode: number): Buffer {
  return Buffer.from([0xe0, 1, reasonCode]);
}

/** A clean goodbye to the broker: the will is not sent. The same bytes in every version. */
export const goodbye = Buffer.from([0xe0, 0]);

/** MQTT 5 only: the answer to a QoS 1 publish that is refused. */
export function refusingPuback(packetId: number, reasonCode: number): Buffer {
  return Buffer.from([0x40, 3, packetId >> 8, packetId & 0xff, reasonCode]);
}
