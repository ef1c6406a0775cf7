import { wireFormats } from '../codecs/wire-formats.js';
import { EMQX_EVENTS, emqxPresenceFilters } from '../presence/emqx-client-event.js';
import { UPLINK_BUCKETS } from '../uplinks/uplink-topic.js';

/** Receiving sessions of an installation: one for each bucket of uplinks. */
export const RECEIVER_SESSIONS = UPLINK_BUCKETS;

/** The one session that versions before 2026-11-22 received with. */
export const FORMER_CLIENT_ID = 'downlink-receiver';

/** How devices without a gateway are received. */
export interface DirectUplinks {
  /** `plain`: all on session 0. `shared`: spread over all sessions by a shared subscription; presence stays on session 0. */
  readonly spread: 'plain' | 'shared';
  /** EnOS devices as well: their filter matches our own commands, so that no broker can say any more that nobody listens. */
  readonly enos: boolean;
  /** Below which prefix EMQX tells of its clients; births and wills are not listened to then. Left out: they are. */
  readonly emqxEvents?: string;
}

export const DEFAULT_DIRECT_UPLINKS: DirectUplinks = { spread: 'plain', enos: false };

export interface SessionFilters {
  readonly filters: readonly string[];
  /** What the persistent session may have from other settings or earlier versions, and must not keep. */
  readonly formerFilters: readonly string[];
}

/** Fixed for ever: whoever holds the lease of a session connects by this name, and the broker keeps its queue in between. */
export function receiverClientId(session: number): string {
  return `downlink-receiver-${String(session)}`;
}

/** What session 0..RECEIVER_SESSIONS - 1 subscribes to. */
export function receiverFilters(session: number, direct: DirectUplinks): SessionFilters {
  const filters = [
    `downlink/v1/uplinks/${String(session)}/#`,
    ...(session === 0 ? filtersOfFirst(direct) : []),
    ...(direct.spread === 'shared' ? answerFilters(direct).map(shared) : []),
  ];
  const possible = [...everPossible, ...emqxFilters(direct)];
  return { filters, formerFilters: possible.filter((filter) => !filters.includes(filter)) };
}

function filtersOfFirst(direct: DirectUplinks): readonly string[] {
  const presence = direct.emqxEvents === undefined ? presenceFilters : emqxFilters(direct);
  return [...presence, ...(direct.spread === 'plain' ? answerFilters(direct) : [])];
}

/** What devices say but their presence: with that the order matters, which a shared subscription does not keep. */
function answerFilters({ enos }: Pick<DirectUplinks, 'enos'>): readonly string[] {
  return Object.values(wireFormats)
    .filter(({ name }) => enos || name !== 'enos')
    .flatMap(({ filters }) => filters)
    .filter((filter) => !presenceFilters.includes(filter));
}

function emqxFilters({ emqxEvents }: Pick<DirectUplinks, 'emqxEvents'>): readonly string[] {
  return emqxEvents === undefined ? [] : emqxPresenceFilters(emqxEvents);
}

const shared = (filter: string): string => `$share/downlink/${filter}`;

const anyDevice = { deviceId: '+', productKey: '+', deviceKey: '+' };
const presenceFilters: readonly string[] = Object.values(wireFormats).flatMap(
  ({ presenceTopic }) => presenceTopic?.(anyDevice) ?? [],
);

/** What a setting of this version or of an earlier one may have given; a filter that a version retires is added here. */
const everPossible: readonly string[] = [
  ...presenceFilters,
  ...emqxPresenceFilters(EMQX_EVENTS),
  ...answerFilters({ enos: true }),
  ...answerFilters({ enos: true }).map(shared),
];
