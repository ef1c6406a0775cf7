import type { Command } from '../command.js';
import type { JsonValue } from '../json.js';
import type { DeviceFormat, Identity } from './device-format.js';

const topicOf = ({ id }: Identity, name: string): string => `downlink/v1/devices/${id}/${name}`;

/** Downlink's own wire format. */
export const nativeFormat: DeviceFormat = {
  login: ({ id, secret }) => ({ clientId: id, username: id, password: secret }),
  commandTopics: (device) => [topicOf(device, 'commands')],
  read(device, topic, payload) {
    const body = topic === topicOf(device, 'commands') ? parse(payload) : undefined;
    return body && readCommand(body);
  },
  acknowledgement: (device, id) => ({
    topic: topicOf(device, 'answers'),
    payload: JSON.stringify({ id, status: 'acknowledged' }),
  }),
  answer: (device, id, { outcome, code, result }) => ({
    topic: topicOf(device, 'answers'),
    payload: JSON.stringify({ id, status: outcome, code, result }),
  }),
  presence: (device, online, epoch) => ({
    topic: topicOf(device, 'presence'),
    payload: JSON.stringify({ online, epoch }),
    retain: true,
  }),
  report: (device, body) => ({ topic: topicOf(device, 'telemetry'), payload: JSON.stringify(body) }),
};

type Members = { readonly [name: string]: JsonValue | undefined };

function readCommand({ id, service, method, parameters, attempt, deadline }: Members): Command | undefined {
  const time = typeof deadline === 'string' ? Date.parse(deadline) : Number.NaN;
  if (typeof id !== 'string' || typeof service !== 'string' || typeof method !== 'string') return undefined;
  // Without its deadline a command may be from any time in the past.
  if (Number.isNaN(time) || !isObject(parameters)) return undefined;
  return { id, service, method, parameters, attempt: typeof attempt === 'number' ? attempt : 1, deadline: time };
}

function parse(payload: Buffer): Members | undefined {
  try {
    const value = JSON.parse(payload.toString()) as JsonValue;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: JsonValue | undefined): value is { [name: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
