import { readCode } from '../answer-code.js';
import { readJsonObject } from '../json-payload.js';
import { assertTopicSafe, deviceIdBetween, isTopicSafe } from '../topic-safety.js';
import type {
  DecodedUplink,
  Dispatch,
  JsonObject,
  JsonValue,
  UnreadableReason,
  WireFormatCodec,
} from '../wire-format-codec.js';

const prefix = '/huawei/v1/devices/';
const uplinkSuffix = '/data/json';

export interface HuaweiCodecSettings {
  /**
   * Adds a member `downlink` with command id, attempt and absolute deadline to each command, for devices that de-duplicate
   * or check the deadline themselves. Default false: the vendor's body exactly.
   */
  downlinkMember?: boolean;
}

/**
 * Native MQTT devices of Huawei OceanConnect ("Agent Lite / MQTT device interface": cloudReq, deviceRsp, deviceReq). The
 * vendor's body has no command id: `mid`, two bytes, is all that ties an answer to its command.
 */
export function huaweiCodec({ downlinkMember = false }: HuaweiCodecSettings = {}): WireFormatCodec {
  return {
    name: 'huawei',
    filters: [`${prefix}+${uplinkSuffix}`],
    addressedBy: 'device-id',
    commandTopics: ({ deviceId }) => [commandTopic(deviceId)],
    subscriptionsFor: () => [],
    mayPublish: ({ deviceId }, topic) => topic === `${prefix}${deviceId}${uplinkSuffix}`,
    maySubscribe: ({ deviceId }, filter) => isTopicSafe(deviceId) && filter === commandTopic(deviceId),
    encode(dispatch) {
      assertTopicSafe(dispatch.device.deviceId);
      const body = downlinkMember ? { ...cloudReq(dispatch), downlink: downlinkOf(dispatch) } : cloudReq(dispatch);
      return { topic: commandTopic(dispatch.device.deviceId), payload: JSON.stringify(body) };
    },
    decode,
  };
}

function commandTopic(deviceId: string): string {
  return `${prefix}${deviceId}/command/json`;
}

function cloudReq({ service, method, parameters, correlation }: Dispatch): JsonObject {
  return { msgType: 'cloudReq', serviceId: service, cmd: method, paras: parameters, mid: correlation, hasMore: 0 };
}

function downlinkOf({ commandId, attempt, deadline }: Dispatch): JsonObject {
  return { id: commandId, attempt, deadline: new Date(deadline).toISOString() };
}

function decode(topic: string, payload: Buffer, retained = false): DecodedUplink | undefined {
  const deviceId = deviceIdBetween(topic, prefix, uplinkSuffix);
  if (deviceId === undefined) return undefined;
  const unreadable = (reason: UnreadableReason): DecodedUplink => ({ kind: 'unreadable', from: { deviceId }, reason });
  if (!isTopicSafe(deviceId)) return unreadable('device-id');
  if (retained) return unreadable('retained');
  const read = readJsonObject(payload);
  if (!read.ok) return unreadable(read.reason);
  if (read.value['msgType'] === 'deviceReq') return { kind: 'reachable', from: { deviceId } };
  if (read.value['msgType'] === 'deviceRsp') return readResponse({ deviceId }, read.value);
  return unreadable('member msgType');
}

function readResponse(from: { deviceId: string }, { mid, errcode, body, hasMore }: JsonObject): DecodedUplink {
  const correlation = readInteger(mid);
  if (correlation === undefined || correlation < 1 || correlation > 65_535) {
    return { kind: 'unreadable', from, reason: 'member mid' };
  }
  const ref = { correlation };
  const error = readInteger(errcode);
  const code = readCode(errcode);
  if (error === undefined || code === undefined) return { kind: 'unreadable', from, ref, reason: 'member errcode' };
  return {
    kind: 'answered',
    from,
    ref,
    outcome: error === 0 ? 'succeeded' : 'failed',
    ...(error === 0 ? {} : { code }),
    ...(body === undefined || body === null ? {} : { result: body }),
    ...(readInteger(hasMore) === 1 ? { hasMore: true } : {}),
  };
}

/** Numbers also arrive as texts of digits: the vendor's own profiles allow both spellings. */
function readInteger(value: JsonValue | undefined): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  return typeof value === 'string' && /^-?\d{1,10}$/.test(value) ? Number(value) : undefined;
}
