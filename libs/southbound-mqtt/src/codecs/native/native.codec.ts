import { readCode } from '../answer-code.js';
import { readJsonObject } from '../json-payload.js';
import { assertTopicSafe, deviceIdBetween, isTopicSafe } from '../topic-safety.js';
import type { Dispatch, JsonObject, UnreadableReason, Uplink, WireFormatCodec } from '../wire-format-codec.js';

const prefix = 'downlink/v1/devices/';
const [answers, presence, telemetry] = ['/answers', '/presence', '/telemetry'];
const commandIdShape = /^\d{19}$/;

/** Downlink's own wire format; the reference is the README of this room. */
export const nativeCodec: WireFormatCodec = {
  name: 'native',
  filters: [`${prefix}+${answers}`, `${prefix}+${presence}`, `${prefix}+${telemetry}`],

  topicsOf(deviceId) {
    const topic = (suffix: string): string => `${prefix}${deviceId}${suffix}`;
    return {
      command: topic('/commands'),
      uplinks: [topic(answers), topic(presence), topic(telemetry)],
      presence: topic(presence),
    };
  },

  encode(dispatch) {
    assertTopicSafe(dispatch.deviceId);
    return { topic: this.topicsOf(dispatch.deviceId).command, payload: JSON.stringify(commandBody(dispatch)) };
  },

  decode(topic, payload, retained = false) {
    for (const [suffix, read] of readers) {
      const deviceId = deviceIdBetween(topic, prefix, suffix);
      if (deviceId === undefined) continue;
      if (!isTopicSafe(deviceId)) return { kind: 'unreadable', deviceId, reason: 'device-id' };
      // Only a birth is meant to be kept by the broker; a stored answer or report is from any time in the past.
      if (retained && suffix !== presence) return { kind: 'unreadable', deviceId, reason: 'retained' };
      return read(deviceId, payload);
    }
    return undefined;
  },
};

type Reader = (deviceId: string, payload: Buffer) => Uplink;

const readers: readonly (readonly [string, Reader])[] = [
  [answers, readAnswer],
  [presence, readPresence],
  [telemetry, (deviceId) => ({ kind: 'reachable', deviceId })],
];

function commandBody({ commandId, attempt, deadline, service, method, parameters }: Dispatch): JsonObject {
  return { id: commandId, attempt, deadline: new Date(deadline).toISOString(), service, method, parameters };
}

function readAnswer(deviceId: string, payload: Buffer): Uplink {
  const read = readJsonObject(payload);
  if (!read.ok) return { kind: 'unreadable', deviceId, reason: read.reason };
  const { id, status, code, result } = read.value;
  // As a JSON number an id of 19 digits has already lost its last ones.
  if (typeof id !== 'string' || !commandIdShape.test(id)) return { kind: 'unreadable', deviceId, reason: 'member id' };
  const ref = { commandId: id };
  const unreadable = (reason: UnreadableReason): Uplink => ({ kind: 'unreadable', deviceId, ref, reason });
  if (status === 'acknowledged') return { kind: 'acknowledged', deviceId, ref };
  if (status !== 'succeeded' && status !== 'failed') return unreadable('member status');
  const readableCode = readCode(code ?? undefined);
  if ((code ?? undefined) !== undefined && readableCode === undefined) return unreadable('member code');
  return {
    kind: 'answered',
    deviceId,
    ref,
    outcome: status,
    ...(readableCode === undefined ? {} : { code: readableCode }),
    ...(result === undefined || result === null ? {} : { result }),
  };
}

function readPresence(deviceId: string, payload: Buffer): Uplink {
  const read = readJsonObject(payload);
  if (!read.ok) return { kind: 'unreadable', deviceId, reason: read.reason };
  const { online, epoch } = read.value;
  if (typeof online !== 'boolean') return { kind: 'unreadable', deviceId, reason: 'member online' };
  const readableEpoch = epoch ?? undefined;
  if (readableEpoch !== undefined && !(typeof readableEpoch === 'number' && Number.isSafeInteger(readableEpoch))) {
    return { kind: 'unreadable', deviceId, reason: 'member epoch' };
  }
  return {
    kind: online ? 'reachable' : 'unreachable',
    deviceId,
    ...(readableEpoch === undefined ? {} : { epoch: readableEpoch }),
  };
}
