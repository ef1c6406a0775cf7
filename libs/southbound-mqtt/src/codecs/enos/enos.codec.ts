import { readCode } from '../answer-code.js';
import { keyedName, type DeviceAddress, type KeyedName } from '../device-name.js';
import { readJsonObject } from '../json-payload.js';
import { propertyNames, purposeOf, rawBytes } from '../special-services.js';
import { assertTopicSafe, isTopicSafe } from '../topic-safety.js';
import { UnsendableCommand } from '../unsendable-command.js';
import type {
  DecodedUplink,
  Dispatch,
  EncodedDispatch,
  JsonObject,
  JsonValue,
  UnreadableReason,
  WireFormatCodec,
} from '../wire-format-codec.js';
import {
  fixedCommands,
  isDownlink,
  isEcho,
  isReply,
  isReplyToReport,
  isServiceIdentifier,
  ownPrefix,
  parseActivationReply,
  parseOwnTopic,
  serviceIdentifier,
  serviceTopic,
} from './enos-topics.js';

const commandIdShape = /^\d{19}$/;
// The vendor's topics are short; a gateway puts its own levels before them, and a topic has 65,535 bytes at most.
const longestTopic = 1_024;
const unpublishable = /[+#\p{Cc}\p{Cs}]/u;
const ok = '200';
const [readMethod, writeMethod] = ['measurepoint.get', 'measurepoint.set'];

/**
 * EnOS devices ("Invoke Device Services (Non-Passthrough)", "Set Device Measuring Points", "Get Device Measuring Points").
 * Deadline and attempt have no place in the vendor's body; the command id travels as the message id, which devices echo.
 */
export const enosCodec: WireFormatCodec = {
  name: 'enos',
  addressedBy: 'keys',
  filters: ['/sys/+/+/#', '/ext/session/+/+/thing/activate/info_reply'],
  commandTopics: (device) => Object.values(fixedCommands).map((topic) => `${ownPrefix(device)}${topic}`),
  subscriptionsFor(device, services) {
    const topics = services.filter(isServiceIdentifier).map((identifier) => serviceTopic(device, identifier));
    return [...new Set([...this.commandTopics(device), ...topics])];
  },
  mayPublish,
  maySubscribe,
  encode,
  decode,
};

function isOwn(device: DeviceAddress, name: KeyedName): boolean {
  const { productKey, deviceKey } = keyedName(device);
  return name.productKey === productKey && name.deviceKey === deviceKey;
}

/** Whatever a device reports is a sign of life; only what the cloud says (commands, replies to reports) and answers to answers are not for it to publish. */
function mayPublish(device: DeviceAddress, topic: string): boolean {
  if (topic.length > longestTopic || unpublishable.test(topic) || isEcho(topic)) return false;
  const own = parseOwnTopic(topic);
  if (own) return own.rest !== '' && isOwn(device, own.from) && !isDownlink(own.rest) && !isReplyToReport(own.rest);
  const activated = parseActivationReply(topic);
  return activated !== undefined && isOwn(device, activated);
}

/** The vendor's software never subscribes. What does may listen to what the cloud says to the device: commands, and replies to its reports. */
function maySubscribe(device: DeviceAddress, filter: string): boolean {
  const own = parseOwnTopic(filter);
  if (!own || /[+#]/.test(filter) || !isOwn(device, own.from)) return false;
  return isDownlink(own.rest) || isReplyToReport(own.rest);
}

function encode(dispatch: Dispatch): EncodedDispatch {
  const { device, parameters } = dispatch;
  assertTopicSafe(device.productKey, 'product key');
  assertTopicSafe(keyedName(device).deviceKey, 'device key');
  const prefix = ownPrefix(device);
  switch (purposeOf(dispatch)) {
    case 'send-raw':
      return { topic: prefix + fixedCommands.raw, payload: rawBytes(dispatch) };
    case 'read-properties':
      return { topic: prefix + fixedCommands.read, payload: request(dispatch, readMethod, propertyNames(dispatch)) };
    case 'write-properties':
      return { topic: prefix + fixedCommands.write, payload: request(dispatch, writeMethod, parameters) };
    case 'call': {
      const identifier = serviceIdentifier(dispatch.service, dispatch.method);
      if (!isServiceIdentifier(identifier)) throw new UnsendableCommand('the service cannot be part of an EnOS topic');
      return { topic: serviceTopic(device, identifier), payload: request(dispatch, identifier, parameters) };
    }
  }
}

function request({ commandId }: Dispatch, identifier: string, params: JsonValue): string {
  return JSON.stringify({ id: commandId, version: '1.0', params, method: `thing.service.${identifier}` });
}

function decode(topic: string, payload: Buffer, retained = false): DecodedUplink | undefined {
  const activated = parseActivationReply(topic);
  if (activated) return { kind: 'reachable', from: activated };
  const own = parseOwnTopic(topic);
  // Our own commands come back where the platform listens without a gateway.
  if (!own || own.rest === '' || isDownlink(own.rest)) return undefined;
  const { from, rest } = own;
  if (!isTopicSafe(from.productKey) || !isTopicSafe(from.deviceKey)) return unreadable(from, 'device-id');
  if (isEcho(rest)) return undefined;
  if (retained) return unreadable(from, 'retained');
  if (!isReply(rest)) return { kind: 'reachable', from };
  const read = readJsonObject(payload);
  return read.ok ? readReply(from, read.value) : unreadable(from, read.reason);
}

function unreadable(from: KeyedName, reason: UnreadableReason): DecodedUplink {
  return { kind: 'unreadable', from, reason };
}

/** `code` is a number or, from the vendor's Python software, a text; `message` may be empty. */
function readReply(from: KeyedName, { id, code, data, message }: JsonObject): DecodedUplink {
  // As a JSON number an id of 19 digits has already lost its last ones.
  if (typeof id !== 'string' || !commandIdShape.test(id)) return unreadable(from, 'member id');
  const ref = { commandId: id };
  const readableCode = readCode(code);
  if (readableCode === undefined) return { kind: 'unreadable', from, ref, reason: 'member code' };
  if (readableCode === ok) {
    return { kind: 'answered', from, ref, outcome: 'succeeded', ...(isSaid(data) ? { result: data } : {}) };
  }
  const result = failure(data, message);
  return { kind: 'answered', from, ref, outcome: 'failed', code: readableCode, ...(isSaid(result) ? { result } : {}) };
}

function isSaid(value: JsonValue | undefined): value is JsonValue {
  return value !== undefined && value !== null;
}

/** What the device says of a failure: its data, and its message beside them where it has one. */
function failure(data: JsonValue | undefined, message: JsonValue | undefined): JsonValue | undefined {
  if (typeof message !== 'string' || message === '') return data;
  return isSaid(data) ? { message, data } : { message };
}
