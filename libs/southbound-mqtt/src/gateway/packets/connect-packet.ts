import { generate, type IConnectPacket } from 'mqtt-packet';
import { parsePacket, type ProtocolVersion } from './parse-packet.js';

/** A CONNECT that makes sense. */
export type Connect = IConnectPacket & { protocolVersion: ProtocolVersion };

/**
 * The protocol version that a CONNECT names, whatever else is in it; undefined when it is not there.
 * @param body where the variable header begins
 */
export function versionIn(frame: Buffer, body: number): number | undefined {
  if (frame.length < body + 2) return undefined;
  return frame[body + 2 + frame.readUInt16BE(body)];
}

/** Reads a whole CONNECT (MQTT 3.1.1 §3.1, MQTT 5 §3.1). Never throws. */
export function readConnect(frame: Buffer): Connect | undefined {
  const packet = parsePacket(frame, 4);
  if (packet?.cmd !== 'connect') return undefined;
  const { protocolVersion, will } = packet;
  if (protocolVersion !== 3 && protocolVersion !== 4 && protocolVersion !== 5) return undefined;
  if (will !== undefined && ((will.qos ?? 0) > 2 || will.topic.length === 0)) return undefined;
  const connect = { ...packet, protocolVersion };
  return protocolVersion === 5 && !canBeWritten(connect) ? undefined : connect;
}

/** The parser lets properties through that lie about their lengths, as nulls; nobody can write these again. */
function canBeWritten(connect: Connect): boolean {
  try {
    writeConnect(connect);
    return true;
  } catch {
    return false;
  }
}

function writeConnect(packet: IConnectPacket): Buffer {
  return generate(packet as Parameters<typeof generate>[0], { protocolVersion: packet.protocolVersion ?? 4 });
}

export interface UpstreamConnect {
  readonly clientId: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly will: NonNullable<IConnectPacket['will']>;
  readonly cleanSession: boolean;
}

/**
 * The CONNECT that opens a device's session on the broker: the device's own wishes under our identity. MQTT 3.1 goes on as
 * 3.1.1, which differs only in what is allowed for a client id and in CONNACK's session flag.
 */
export function upstreamConnect(connect: Connect, upstream: UpstreamConnect): Buffer {
  const { sessionExpiryInterval, ...properties } = connect.properties ?? {};
  const expiry =
    upstream.cleanSession || sessionExpiryInterval === undefined
      ? {}
      : { sessionExpiryInterval: sessionExpiryInterval };
  const packet: IConnectPacket = {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: connect.protocolVersion === 5 ? 5 : 4,
    clean: upstream.cleanSession || connect.clean === true,
    keepalive: connect.keepalive ?? 0,
    clientId: upstream.clientId,
    will: upstream.will,
    ...(upstream.username === undefined ? {} : { username: upstream.username }),
    ...(upstream.password === undefined ? {} : { password: Buffer.from(upstream.password) }),
    ...(connect.protocolVersion === 5 ? { properties: { ...properties, ...expiry } } : {}),
  };
  return writeConnect(packet);
}
