import { readJsonObject } from '../codecs/json-payload.js';
import type { DecodedUplink, JsonValue } from '../codecs/wire-format-codec.js';
import { deviceNameOf } from './client-name.js';

/** Where EMQX publishes what becomes of its clients. A rule of EMQX can republish the same below another prefix. */
export const EMQX_EVENTS = '$SYS/brokers';

/** `subscribed` is off in EMQX by default; with it a device counts as there when it listens, not merely when it has connected. */
const events = ['connected', 'subscribed', 'disconnected'] as const;
type EmqxEvent = (typeof events)[number];

/** What to subscribe to. */
export function emqxPresenceFilters(prefix: string): readonly string[] {
  return events.map((event) => `${prefix}/+/clients/+/${event}`);
}

/**
 * Reads the events of EMQX' clients ("System Topic", client online and offline, subscribed events) as presence; the epoch is the
 * `connected_at` of the session, which the offline event has as well from EMQX 5. Undefined for every other topic, for
 * clients that are no devices and for what cannot be read: a broker's word about a stranger is nobody's. Never throws.
 */
export function readEmqxEvent(prefix: string, topic: string, payload: Buffer): DecodedUplink | undefined {
  const event = eventOf(prefix, topic);
  if (event === undefined) return undefined;
  const read = readJsonObject(payload);
  if (!read.ok) return undefined;
  const { clientid, username, connected_at: connectedAt } = read.value;
  if (typeof clientid !== 'string') return undefined;
  const named = typeof username === 'string' && username !== '' && username !== 'undefined';
  const from = deviceNameOf({ clientId: clientid, ...(named ? { username } : {}) });
  if (from === undefined) return undefined;
  const kind = event === 'disconnected' ? 'unreachable' : 'reachable';
  return { kind, from, ...epochOf(connectedAt) };
}

function eventOf(prefix: string, topic: string): EmqxEvent | undefined {
  if (!topic.startsWith(`${prefix}/`)) return undefined;
  const [, clients, , event, ...more] = topic.slice(prefix.length + 1).split('/', 6);
  if (clients !== 'clients' || more.length > 0) return undefined;
  return events.find((known) => known === event);
}

function epochOf(connectedAt: JsonValue | undefined): { epoch?: number } {
  return typeof connectedAt === 'number' && Number.isSafeInteger(connectedAt) ? { epoch: connectedAt } : {};
}
