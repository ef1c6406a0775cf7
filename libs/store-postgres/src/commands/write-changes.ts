import { IDEMPOTENCY_KEY_LIFETIME_MS, type CommandId } from '@downlink/command-domain';
import type { Changes, Head, KeyUse, RecordedEvent } from '@downlink/command-engine';
import type { ClientBase } from 'pg';
import { asFault } from '../pools/pg-fault.js';
import { shardOf } from '../shard-of.js';
import { arraysOf, unnested } from './column-arrays.js';
import { HEAD_CHANGE, headChangeRow, NEW_HEAD, newHeadRow, NO_NEW_HEAD } from './head-row.js';
import { LANE, laneRow } from './lane-row.js';

/** The first event of a command brings the command's new head along, so that the request is sent once for both. */
const EVENT = {
  command_id: 'bigint',
  version: 'integer',
  type: 'text',
  at: 'bigint',
  data: 'jsonb',
  shard: 'smallint',
  ...NEW_HEAD,
} as const;

const KEY = {
  application_id: 'text',
  key: 'text',
  digest: 'text',
  command_id: 'bigint',
  used_at: 'bigint',
} as const;

const ROW_SETS = [EVENT, HEAD_CHANGE, LANE];
const firstParameter = (set: number) =>
  1 + ROW_SETS.slice(0, set).reduce((count, columns) => count + Object.keys(columns).length, 0);
const LANE_CHANGES = Object.keys(LANE).filter((name) => name !== 'device_id');
const [EXPECTED_HEADS, EXPECTED_LANES] = [firstParameter(3), firstParameter(3) + 1];
const [EXPECTED_KEYS, FIRST_KEY] = [firstParameter(3) + 2, firstParameter(3) + 3];

/**
 * Everything that a unit of work writes, in one statement: one round trip, and each part set-based. It fails by itself when a
 * head or lane is not as it was read, because the commit is sent right behind it and does not wait for its answer.
 */
const TEXT = statementText();

/**
 * With keys it is another statement, so that submissions without pay nothing. Keys go in in their order, so that two units of
 * work never wait for each other; who comes second finds a use that is not over, writes one row too few and decides again.
 */
const TEXT_WITH_KEYS = statementText(
  `keyed as (insert into idempotency_key as known (${Object.keys(KEY).join(', ')})
    select * from ${unnested(KEY, 'fresh', FIRST_KEY)} order by application_id collate "C", key collate "C"
    on conflict (application_id, key) do update
      set digest = excluded.digest, command_id = excluded.command_id, used_at = excluded.used_at
      where known.used_at <= excluded.used_at - ${String(IDEMPOTENCY_KEY_LIFETIME_MS)}
    returning 1),`,
  `,
    check_written('keys', (select count(*)::int from keyed), $${EXPECTED_KEYS}::int, 'serialization_failure')`,
);

function statementText(keyed = '', check = ''): string {
  return `with
  ${keyed}
  event as materialized (select * from ${unnested(EVENT, 'event', firstParameter(0))}),
  logged as (insert into command_event (command_id, version, type, at, data)
    select command_id, version, type, at,
      case when request is null then data else data || jsonb_build_object('request', request) end
    from event returning 1),
  pointed as (insert into outbox (command_id, version, shard) select command_id, version, shard from event),
  accepted as (insert into command (command_id, version, application_id, device_id, shard, lane_position, status, queue_pos,
      due_at, accepted_at, request, state)
    select command_id, head_version, application_id, device_id, shard, lane_position, status, queue_pos,
      due_at, at, request, state
    from event where head_version is not null returning 1),
  moved as (update command set version = head.version, status = head.status, queue_pos = head.queue_pos,
      due_at = head.due_at, state = head.state
    from ${unnested(HEAD_CHANGE, 'head', firstParameter(1))}
    where command.command_id = head.command_id and command.version = head.previous
      and (head.claimed is null or command.claimed_attempt = head.claimed)
    returning 1),
  lanes as (update device_lane set (${LANE_CHANGES.join(', ')}) = (${LANE_CHANGES.map((name) => `lane.${name}`).join(', ')}),
      seen_at = coalesce(device_lane.seen_at,
        case when lane.reachable_until is not null and lane.unreachable_since is null then now_ms() end)
    from ${unnested(LANE, 'lane', firstParameter(2))}
    where device_lane.device_id = lane.device_id
    returning 1)
  select check_written('heads', (select count(*)::int from accepted) + (select count(*)::int from moved),
      $${EXPECTED_HEADS}::int, 'serialization_failure'),
    check_written('lanes', (select count(*)::int from lanes), $${EXPECTED_LANES}::int, 'internal_error')${check}`;
}

/**
 * Writes events, outbox pointers, heads and lanes.
 * @throws Fault `version-conflict` when a head is not at the version that the decision was taken on, or an attempt of it was
 *   claimed meanwhile; the transaction is
 *   spoiled then, and a commit sent behind it rolls back.
 */
export async function writeChanges(client: ClientBase, changes: Changes): Promise<void> {
  const { heads, lanes, keys = [] } = changes;
  const moved = heads.filter(({ previousVersion }) => previousVersion > 0);
  const values = [
    ...arraysOf(EVENT, eventRows(changes)),
    ...arraysOf(
      HEAD_CHANGE,
      moved.map((head) => headChangeRow(head, head.previousVersion)),
    ),
    ...arraysOf(LANE, lanes.map(laneRow)),
    heads.length,
    lanes.length,
  ];
  const statement =
    keys.length === 0
      ? { name: 'write-changes', text: TEXT, values }
      : {
          name: 'write-changes-and-keys',
          text: TEXT_WITH_KEYS,
          values: [...values, keys.length, ...arraysOf(KEY, keys.map(keyRow))],
        };
  await asFault(client.query(statement));
}

/** Every event belongs to a head of the same changes, which knows the device. */
function eventRows({ events, heads }: Changes) {
  const headsById = new Map<CommandId, Head>(heads.map((head) => [head.commandId, head]));
  return events.map(({ commandId, version, event }: RecordedEvent) => {
    const head = headsById.get(commandId);
    if (head === undefined) throw new Error(`an event of command ${commandId} came without its head`);
    const { type, at } = event;
    const shard = shardOf(head.state.request.deviceId);
    const data = JSON.stringify({ ...event, type: undefined, at: undefined, request: undefined });
    const newHead = type === 'CommandAccepted' ? newHeadRow(head) : NO_NEW_HEAD;
    return { command_id: commandId, version, type, at, data, shard, ...newHead };
  });
}

function keyRow({ applicationId, key, digest, commandId, usedAt }: KeyUse) {
  return { application_id: applicationId, key, digest, command_id: commandId, used_at: usedAt };
}
