import { readCode } from '../answer-code.js';
import { keyedName, type KeyedName } from '../device-name.js';
import { readJsonObject } from '../json-payload.js';
import { propertyNames, purposeOf, rawData } from '../special-services.js';
import { assertTopicSafe, isTopicSafe } from '../topic-safety.js';
import type {
  DecodedUplink,
  Dispatch,
  JsonObject,
  JsonValue,
  UnreadableReason,
  WireFormatCodec,
} from '../wire-format-codec.js';
import { filters, parseUplink, topicOf, uplinks, type QuectelUplink } from './quectel-topics.js';
import { looksLikeFrame } from './ttlv/frame.js';
import { decodeAnswer, encodeCommand } from './ttlv/messages.js';
import { fromFields } from './ttlv/model-fields.js';

const commandIdShape = /^\d{19}$/;

/**
 * Devices of Quectel products. The vendor's modules speak a protocol that is not public; this one is ours, in the words of what
 * the vendor pushes to applications (REQACK, MSERV, MATTR, RAW). The reference is the README of this room.
 */
export const quectelCodec: WireFormatCodec = {
  name: 'quectel',
  addressedBy: 'keys',
  filters,
  commandTopics: (device) => [topicOf(device, 'commands')],
  subscriptionsFor: () => [],
  mayPublish: (device, topic) => uplinks.some((last) => topic === topicOf(device, last)),
  maySubscribe: (device, filter) => !/[+#]/.test(filter) && filter === topicOf(device, 'commands'),
  presenceTopic: (device) => topicOf(device, 'online'),
  encode(dispatch) {
    assertTopicSafe(dispatch.device.productKey, 'product key');
    assertTopicSafe(keyedName(dispatch.device).deviceKey, 'device key');
    const { ttlv } = dispatch;
    const payload = ttlv ? encodeCommand(dispatch, ttlv) : JSON.stringify(commandBody(dispatch));
    return { topic: topicOf(dispatch.device, 'commands'), payload };
  },
  decode,
};

function commandBody(dispatch: Dispatch): JsonObject {
  const { commandId, attempt, deadline } = dispatch;
  return { ...asked(dispatch), ticket: commandId, attempt, deadline: new Date(deadline).toISOString() };
}

function asked(dispatch: Dispatch): JsonObject {
  const { service, method, parameters } = dispatch;
  switch (purposeOf(dispatch)) {
    case 'call':
      return { type: 'MSERV', subtype: 'INPUT', data: { code: service, method, kv: parameters } };
    case 'write-properties':
      return { type: 'MATTR', subtype: 'WRITE', data: { kv: parameters } };
    case 'read-properties':
      return { type: 'MATTR', subtype: 'READ', data: { codes: propertyNames(dispatch) } };
    case 'send-raw': {
      const { encoding, data } = rawData(dispatch);
      return { type: 'RAW', subtype: 'DOWNLINK', data: { encode: encoding === 'hex' ? 'Hex' : 'Text', raw: data } };
    }
  }
}

function decode(topic: string, payload: Buffer, retained = false): DecodedUplink | undefined {
  const uplink = parseUplink(topic);
  if (!uplink) return undefined;
  const { from, last } = uplink;
  if (!isTopicSafe(from.productKey) || !isTopicSafe(from.deviceKey)) return unreadable(from, 'device-id');
  if (retained && last !== 'online') return unreadable(from, 'retained');
  if (last === 'reports') return { kind: 'reachable', from };
  if (last === 'answers' && looksLikeFrame(payload)) return readFrame(from, payload);
  const read = readJsonObject(payload);
  return read.ok ? readers[last](from, read.value) : unreadable(from, read.reason);
}

const readers: Record<Exclude<QuectelUplink, 'reports'>, (from: KeyedName, body: JsonObject) => DecodedUplink> = {
  answers: readAnswer,
  online: readOnline,
};

function unreadable(from: KeyedName, reason: UnreadableReason): DecodedUplink {
  return { kind: 'unreadable', from, reason };
}

/** TTLV knows no failure: a device that cannot do it says nothing, or says it in JSON. */
function readFrame(from: KeyedName, payload: Buffer): DecodedUplink {
  const answer = decodeAnswer(payload);
  if (!answer.ok) {
    const ref = 'packetId' in answer ? { ref: { correlation: answer.packetId } } : {};
    return { kind: 'unreadable', from, ...ref, reason: answer.reason };
  }
  const { packetId, fields } = answer.value;
  const result = fromFields(fields, []);
  return { kind: 'answered', from, ref: { correlation: packetId }, outcome: 'succeeded', result, fields };
}

/** REQACK `succ`: the device has it. REQACK `fail`: it will not do it. RESULT: it has done it, or could not. */
function readAnswer(from: KeyedName, { type, ticket, status, code, data }: JsonObject): DecodedUplink {
  // As a JSON number an id of 19 digits has already lost its last ones.
  if (typeof ticket !== 'string' || !commandIdShape.test(ticket)) return unreadable(from, 'member ticket');
  const ref = { commandId: ticket };
  if (type !== 'REQACK' && type !== 'RESULT') return { kind: 'unreadable', from, ref, reason: 'member type' };
  if (status !== 'succ' && status !== 'fail') return { kind: 'unreadable', from, ref, reason: 'member status' };
  if (type === 'REQACK' && status === 'succ') return { kind: 'acknowledged', from, ref };
  const readableCode = readCode(code ?? undefined);
  if (isSaid(code) && readableCode === undefined) return { kind: 'unreadable', from, ref, reason: 'member code' };
  return {
    kind: 'answered',
    from,
    ref,
    outcome: status === 'succ' ? 'succeeded' : 'failed',
    ...(readableCode === undefined ? {} : { code: readableCode }),
    ...(isSaid(data) ? { result: data } : {}),
  };
}

function isSaid(value: JsonValue | undefined): value is JsonValue {
  return value !== undefined && value !== null;
}

/** The vendor's numbers: 0 gone, 1 come, 2 come again. `epoch` as in the native format. */
function readOnline(from: KeyedName, { value, epoch }: JsonObject): DecodedUplink {
  if (value !== 0 && value !== 1 && value !== 2) return unreadable(from, 'member value');
  const readableEpoch = epoch ?? undefined;
  if (readableEpoch !== undefined && !(typeof readableEpoch === 'number' && Number.isSafeInteger(readableEpoch))) {
    return unreadable(from, 'member epoch');
  }
  const kind = value === 0 ? 'unreachable' : 'reachable';
  return { kind, from, ...(readableEpoch === undefined ? {} : { epoch: readableEpoch }) };
}
