import { readCode } from '../answer-code.js';
import { readJsonObject } from '../json-payload.js';
import { readPresence } from '../presence-payload.js';
import { assertTopicSafe, deviceIdBetween, isTopicSafe } from '../topic-safety.js';
import type { DecodedUplink, Dispatch, JsonObject, UnreadableReason, WireFormatCodec } from '../wire-format-codec.js';

const prefix = 'downlink/v1/devices/';
const [answers, presence, telemetry] = ['/answers', '/presence', '/telemetry'];
const uplinks = [answers, presence, telemetry];
const commandIdShape = /^\d{19}$/;

/** Downlink's own wire format; the reference is the README of this room. */
export const nativeCodec: WireFormatCodec & Required<Pick<WireFormatCodec, 'presenceTopic'>> = {
  name: 'native',
  addressedBy: 'device-id',
  filters: uplinks.map((suffix) => `${prefix}+${suffix}`),
  commandTopics: ({ deviceId }) => [commandTopic(deviceId)],
  subscriptionsFor: () => [],
  mayPublish: ({ deviceId }, topic) => uplinks.some((suffix) => topic === `${prefix}${deviceId}${suffix}`),
  maySubscribe: ({ deviceId }, filter) => isTopicSafe(deviceId) && filter === commandTopic(deviceId),
  presenceTopic: ({ deviceId }) => `${prefix}${deviceId}${presence}`,

  encode(dispatch) {
    assertTopicSafe(dispatch.device.deviceId);
    return { topic: commandTopic(dispatch.device.deviceId), payload: JSON.stringify(commandBody(dispatch)) };
  },

  decode(topic, payload, retained = false) {
    for (const [suffix, read] of readers) {
      const deviceId = deviceIdBetween(topic, prefix, suffix);
      if (deviceId === undefined) continue;
      if (!isTopicSafe(deviceId)) return { kind: 'unreadable', from: { deviceId }, reason: 'device-id' };
      // Only a birth is meant to be kept by the broker; a stored answer or report is from any time in the past.
      if (retained && suffix !== presence) return { kind: 'unreadable', from: { deviceId }, reason: 'retained' };
      return read({ deviceId }, payload);
    }
    return undefined;
  },
};

type From = { readonly deviceId: string };
type Reader = (from: From, payload: Buffer) => DecodedUplink;

const readers: readonly (readonly [string, Reader])[] = [
  [answers, readAnswer],
  [presence, readPresence],
  [telemetry, (from) => ({ kind: 'reachable', from })],
];

function commandTopic(deviceId: string): string {
  return `${prefix}${deviceId}/commands`;
}

function commandBody({ commandId, attempt, deadline, service, method, parameters }: Dispatch): JsonObject {
  return { id: commandId, attempt, deadline: new Date(deadline).toISOString(), service, method, parameters };
}

function readAnswer(from: From, payload: Buffer): DecodedUplink {
  const read = readJsonObject(payload);
  if (!read.ok) return { kind: 'unreadable', from, reason: read.reason };
  const { id, status, code, result } = read.value;
  // As a JSON number an id of 19 digits has already lost its last ones.
  if (typeof id !== 'string' || !commandIdShape.test(id)) return { kind: 'unreadable', from, reason: 'member id' };
  const ref = { commandId: id };
  const unreadable = (reason: UnreadableReason): DecodedUplink => ({ kind: 'unreadable', from, ref, reason });
  if (status === 'acknowledged') return { kind: 'acknowledged', from, ref };
  if (status !== 'succeeded' && status !== 'failed') return unreadable('member status');
  const readableCode = readCode(code ?? undefined);
  if ((code ?? undefined) !== undefined && readableCode === undefined) return unreadable('member code');
  return {
    kind: 'answered',
    from,
    ref,
    outcome: status,
    ...(readableCode === undefined ? {} : { code: readableCode }),
    ...(result === undefined || result === null ? {} : { result }),
  };
}
