import type { CommandEvent, CommandId } from '@downlink/command-domain';
import { Fault, type Changes, type RecordedEvent } from '@downlink/command-engine';
import type { ClientBase } from 'pg';
import { asFault } from '../pools/pg-fault.js';
import { shardOf } from '../shard-of.js';
import { arraysOf, unnested } from './column-arrays.js';
import { HEAD_CHANGE, headChangeRow, NEW_HEAD, newHeadRow } from './head-row.js';
import { LANE, laneRow } from './lane-row.js';

const EVENT = {
  command_id: 'bigint',
  version: 'integer',
  type: 'text',
  at: 'bigint',
  data: 'jsonb',
  shard: 'smallint',
} as const;

const ROW_SETS = [EVENT, NEW_HEAD, HEAD_CHANGE, LANE];
const firstParameter = (set: number) =>
  1 + ROW_SETS.slice(0, set).reduce((count, columns) => count + Object.keys(columns).length, 0);
const NEW_HEAD_COLUMNS = Object.keys(NEW_HEAD).join(', ');
const LANE_CHANGES = Object.keys(LANE).filter((name) => name !== 'device_id');

/**
 * Everything that a unit of work writes, in one statement: one round trip, and each part set-based.
 */
const TEXT = `with
  event as materialized (select * from ${unnested(EVENT, 'event', firstParameter(0))}),
  logged as (insert into command_event (command_id, version, type, at, data)
    select command_id, version, type, at, data from event returning 1),
  pointed as (insert into outbox (command_id, version, shard) select command_id, version, shard from event),
  accepted as (insert into command (${NEW_HEAD_COLUMNS})
    select ${NEW_HEAD_COLUMNS} from ${unnested(NEW_HEAD, 'head', firstParameter(1))} returning 1),
  moved as (update command set version = head.version, status = head.status, queue_pos = head.queue_pos,
      due_at = head.due_at, state = head.state
    from ${unnested(HEAD_CHANGE, 'head', firstParameter(2))}
    where command.command_id = head.command_id and command.version = head.previous
    returning 1),
  lanes as (update device_lane set (${LANE_CHANGES.join(', ')}) = (${LANE_CHANGES.map((name) => `lane.${name}`).join(', ')})
    from ${unnested(LANE, 'lane', firstParameter(3))}
    where device_lane.device_id = lane.device_id
    returning 1)
  select (select count(*)::int from accepted) + (select count(*)::int from moved) as heads,
    (select count(*)::int from lanes) as lanes`;

/**
 * Writes events, outbox pointers, heads and lanes.
 * @throws Fault `version-conflict` when a head is not at the version that the decision was taken on.
 */
export async function writeChanges(client: ClientBase, changes: Changes): Promise<void> {
  const { events, heads, lanes } = changes;
  const created = heads.filter(({ previousVersion }) => previousVersion === 0);
  const moved = heads.filter(({ previousVersion }) => previousVersion > 0);
  const values = [
    ...arraysOf(EVENT, eventRows(changes)),
    ...arraysOf(NEW_HEAD, created.map(newHeadRow)),
    ...arraysOf(
      HEAD_CHANGE,
      moved.map((head) => headChangeRow(head, head.previousVersion)),
    ),
    ...arraysOf(LANE, lanes.map(laneRow)),
  ];
  const { rows } = await asFault(
    client.query<{ heads: number; lanes: number }>({ name: 'write-changes', text: TEXT, values }),
  );
  const written = rows[0]!;
  if (written.heads !== heads.length) {
    throw new Fault(
      'version-conflict',
      `${String(heads.length - written.heads)} of ${String(heads.length)} heads moved meanwhile (${String(events.length)} events)`,
      { retryable: true },
    );
  }
  if (written.lanes !== lanes.length) throw new Error('a lane was changed that the unit of work had not touched');
}

/** Every event belongs to a head of the same changes, which knows the device. */
function eventRows({ events, heads }: Changes) {
  const shards = new Map<CommandId, number>(
    heads.map(({ commandId, state }) => [commandId, shardOf(state.request.deviceId)]),
  );
  return events.map(({ commandId, version, event }: RecordedEvent) => {
    const shard = shards.get(commandId);
    if (shard === undefined) throw new Error(`an event of command ${commandId} came without its head`);
    const { type, at, ...data }: CommandEvent = event;
    return { command_id: commandId, version, type, at, data: JSON.stringify(data), shard };
  });
}
