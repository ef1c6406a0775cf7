import { newLane, type CommandId } from '@downlink/command-domain';
import type { Head, Situation } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { headOf, type StoredHead } from '../commands/head-row.js';
import { LANE_COLUMNS, laneOf, type StoredLane } from '../commands/lane-row.js';
import { asFault } from '../pools/pg-fault.js';

/**
 * One statement and therefore one snapshot: the command, its lane, who is first in it and who holds it belong together. Who is
 * ahead is counted over the index of queued commands, which holds no more than the lane's cap.
 */
const TEXT = `select now_ms() as now,
    asked.command_id, asked.version, asked.request, asked.state,
    ${LANE_COLUMNS.split(', ')
      .map((column) => `lane.${column}`)
      .join(', ')},
    first.command_id as first_id, first.version as first_version, first.request as first_request, first.state as first_state,
    held.command_id as held_id, held.version as held_version, held.request as held_request, held.state as held_state,
    (select count(*)::integer from command as other
      where other.device_id = asked.device_id and other.queue_pos < asked.queue_pos) as ahead
  from command as asked
  left join device_lane as lane on lane.device_id = asked.device_id
  left join lateral (
    select command_id, version, request, state from command
    where command.device_id = asked.device_id and queue_pos is not null order by queue_pos limit 1
  ) as first on true
  left join lateral (
    select command_id, version, request, state from command where command.command_id = lane.in_flight limit 1
  ) as held on true
  where asked.command_id = $1`;

type Prefixed<P extends string> = {
  readonly [K in `${P}_id`]: string | null;
} & { readonly [K in `${P}_version`]: number } & { readonly [K in `${P}_request`]: StoredHead['request'] } & {
  readonly [K in `${P}_state`]: StoredHead['state'];
};
type Row = StoredHead &
  Partial<StoredLane> &
  Prefixed<'first'> &
  Prefixed<'held'> & { readonly now: string; readonly ahead: number };

export async function readSituation(pool: Pool, commandId: CommandId): Promise<Situation | undefined> {
  const { rows } = await asFault(pool.query<Row>({ name: 'read-situation', text: TEXT, values: [commandId] }));
  const row = rows[0];
  if (row === undefined) return undefined;
  const head = headOf(row);
  return {
    now: Number(row.now),
    head,
    lane: row.device_id ? laneOf(row as StoredLane) : newLane(head.state.request.deviceId),
    firstQueued: optionalHead(row.first_id, row.first_version, row.first_request, row.first_state),
    inFlight: optionalHead(row.held_id, row.held_version, row.held_request, row.held_state),
    ahead: row.ahead,
  };
}

function optionalHead(
  id: string | null,
  version: number,
  request: StoredHead['request'],
  state: StoredHead['state'],
): Head | null {
  return id === null ? null : headOf({ command_id: id, version, request, state });
}
