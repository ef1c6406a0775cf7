import { generate, type Packet } from 'mqtt-packet';
import type { SeededRandom } from './seeded-random.js';
import type { Version } from './raw-client.js';

export interface FuzzedPacket {
  readonly bytes: Buffer;
  readonly from: 'grammar' | 'random';
  /** What comes after it is read as packets of their own: it has neither a missing end nor a length that promises more. */
  readonly isWhole: boolean;
}

export interface FuzzerOptions {
  readonly random: SeededRandom;
  /** Topics and filters that packets are about, allowed ones and others. */
  readonly topics: readonly string[];
}

/** Half of the packets come from the grammar of MQTT, most of them bent in one or two places; the other half are random bytes. */
export function fuzzedPacket(options: FuzzerOptions, version: Version): FuzzedPacket {
  const { random } = options;
  const fromGrammar = random.oneIn(2);
  const bytes = fromGrammar ? bentPacket(options, version) : randomBytes(random);
  return { bytes, from: fromGrammar ? 'grammar' : 'random', isWhole: isWhole(bytes) };
}

const KINDS: readonly Packet['cmd'][] = [
  ...(['connect', 'publish', 'publish', 'publish', 'subscribe', 'subscribe', 'unsubscribe', 'auth'] as const),
  ...(['puback', 'pubrec', 'pubrel', 'pubcomp', 'pingreq', 'disconnect'] as const),
  // What only a server says:
  ...(['connack', 'suback', 'unsuback', 'pingresp'] as const),
];

function bentPacket(options: FuzzerOptions, version: Version): Buffer {
  const { random } = options;
  let bytes = grammarPacket(options, version);
  const bends = random.below(4);
  for (let n = 0; n < bends && bytes.length > 0; n++) bytes = random.pick(BENDS)(bytes, random);
  return bytes;
}

type Bend = (bytes: Buffer, random: SeededRandom) => Buffer;

/** What is done to a well-formed packet. */
const BENDS: readonly Bend[] = [
  function flipBit(bytes, random) {
    const at = random.below(bytes.length);
    bytes[at] = bytes[at]! ^ (1 << random.below(8));
    return bytes;
  },
  function otherFlags(bytes, random) {
    bytes[0] = (bytes[0]! & 0xf0) | random.below(16);
    return bytes;
  },
  function otherKind(bytes, random) {
    bytes[0] = (random.below(16) << 4) | (bytes[0]! & 0x0f);
    return bytes;
  },
  function otherLength(bytes, random) {
    if (bytes.length > 1) bytes[1] = random.below(256);
    return bytes;
  },
  function extremeByte(bytes, random) {
    bytes[random.below(bytes.length)] = random.pick([0x00, 0x7f, 0x80, 0xff, 0x23, 0x2b, 0xed]);
    return bytes;
  },
  function cutOff(bytes, random) {
    return bytes.subarray(0, 1 + random.below(bytes.length));
  },
  function cutOffWithRightLength(bytes, random) {
    return framed(bytes[0]!, bytes.subarray(2, 2 + random.below(bytes.length)));
  },
  function moreBehind(bytes, random) {
    return Buffer.concat([bytes, random.bytes(1 + random.below(16))]);
  },
  function moreInside(bytes, random) {
    return framed(bytes[0]!, Buffer.concat([bytes.subarray(2), random.bytes(1 + random.below(16))]));
  },
];

function randomBytes(random: SeededRandom): Buffer {
  const length = random.pick([1, 2, 3, 4, 8, 16, 64, 300, 2_000]);
  const body = random.bytes(1 + random.below(length));
  return random.oneIn(2) ? body : framed(random.below(256), body);
}

function framed(first: number, body: Buffer): Buffer {
  const length: number[] = [];
  for (let rest = body.length; length.length === 0 || rest > 0; rest >>= 7)
    length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
  return Buffer.concat([Buffer.from([first, ...length]), body]);
}

/** Whether the bytes are packets by their lengths, to the last one. */
function isWhole(bytes: Buffer): boolean {
  let at = 0;
  while (at < bytes.length) {
    let length = 0;
    let n = 1;
    for (; ; n++) {
      const byte = bytes[at + n];
      if (n > 4 || byte === undefined) return false;
      length += (byte & 0x7f) * 128 ** (n - 1);
      if (byte < 0x80) break;
    }
    at += n + 1 + length;
  }
  return at === bytes.length;
}

function grammarPacket(options: FuzzerOptions, version: Version): Buffer {
  const { random } = options;
  // Now and then a packet of another version of the protocol than the connection's.
  const protocolVersion = random.oneIn(20) ? random.pick([3, 4, 5] as const) : version;
  const kind = random.pick(KINDS);
  const packet = packetOf(protocolVersion !== 5 && kind === 'auth' ? 'publish' : kind, options);
  return generate({ ...packet, protocolVersion } as Packet, { protocolVersion });
}

function packetOf(cmd: Packet['cmd'], { random, topics }: FuzzerOptions): Packet {
  const messageId = 1 + random.below(65_535);
  const qos = random.pick([0, 1, 2] as const);
  const granted = [random.pick([0, 1, 2, 128])];
  const reasonCode = random.pick([0, 0, 0x10, 0x80, 0x87]);
  if (cmd === 'connect') return connectOf(random, topics);
  if (cmd === 'publish') {
    const payload = random.bytes(random.pick([0, 1, 20, 300]));
    const topic = random.pick(topics);
    return { cmd, messageId, qos, topic, payload, retain: random.oneIn(4), dup: qos > 0 && random.oneIn(4) };
  }
  if (cmd === 'subscribe') {
    const subscriptions = Array.from({ length: 1 + random.below(4) }, () => ({ topic: random.pick(topics), qos }));
    return { cmd, messageId, subscriptions };
  }
  if (cmd === 'unsubscribe') return { cmd, messageId, unsubscriptions: [random.pick(topics)] };
  if (cmd === 'suback' || cmd === 'unsuback') return { cmd, messageId, granted };
  if (cmd === 'connack') return { cmd, returnCode: 0, reasonCode: 0, sessionPresent: random.oneIn(2) };
  if (cmd === 'pingreq' || cmd === 'pingresp') return { cmd };
  if (cmd === 'disconnect' || cmd === 'auth') return { cmd, reasonCode: 0 };
  return { cmd, messageId, reasonCode };
}

function connectOf(random: SeededRandom, topics: readonly string[]): Packet {
  const text = (): string => random.bytes(random.below(24)).toString('latin1');
  const will = { topic: random.pick(topics), payload: random.bytes(random.below(64)), retain: random.oneIn(2) };
  return {
    cmd: 'connect',
    clientId: random.oneIn(4) ? `downlink-receiver-${String(random.below(8))}` : `x${text()}`,
    clean: true,
    keepalive: random.below(65_536),
    username: text(),
    password: random.bytes(random.below(64)),
    ...(random.oneIn(2) ? { will: { ...will, qos: random.pick([0, 1, 2] as const) } } : {}),
  };
}
