import type { DueCommand } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { commandIdOf } from '../commands/head-row.js';
import { asFault } from '../pools/pg-fault.js';

/**
 * Walks the index by due_at and passes over other owners' shards: a merge of one ordered scan per partition, which stops at
 * the limit. With the shard first it would be one scan per shard and partition, 64 times as many.
 *
 * A queued command behind a dead letter can only expire: its probe would be refused, and it would stand at the front of the
 * index until somebody deals with the dead letter. The index of blocked lanes (`device_lane_blocked`) is all but empty.
 */
export const FIND_DUE_COMMANDS = `select clock.now, due.* from (select now_ms() as now) as clock left join lateral (
    select command_id, command.device_id, due_at,
      case when blocked.device_id is not null then (state ->> 'expiresAt')::bigint end as expires_at
    from command left join device_lane as blocked
      on blocked.device_id = command.device_id and blocked.blocked_by is not null and command.queue_pos is not null
    where due_at <= clock.now + $2 and command.shard = any($1::smallint[])
      and (blocked.device_id is null or (state ->> 'expiresAt')::bigint <= clock.now + $2)
    order by due_at limit $3
  ) as due on true`;

export async function findDueCommands(
  pool: Pool,
  shards: readonly number[],
  { withinMs, limit }: { withinMs: number; limit: number },
): Promise<{ now: number; commands: DueCommand[] }> {
  const { rows } = await asFault(
    pool.query<DueRow>({
      name: 'find-due-commands',
      text: FIND_DUE_COMMANDS,
      values: [shards, withinMs, limit],
    }),
  );
  const commands = rows.flatMap(({ command_id, device_id, due_at, expires_at }) =>
    command_id === null
      ? []
      : [{ commandId: commandIdOf(command_id), deviceId: device_id, dueAt: Number(expires_at ?? due_at) }],
  );
  // What expires behind a dead letter stood at the time of its probe.
  return { now: Number(rows[0]!.now), commands: commands.sort((a, b) => a.dueAt - b.dueAt) };
}

interface DueRow {
  readonly now: string;
  readonly command_id: string | null;
  readonly device_id: string;
  readonly due_at: string;
  /** Of a command behind a dead letter. */
  readonly expires_at: string | null;
}
