import type { DueCommand } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { commandIdOf } from '../commands/head-row.js';
import { asFault } from '../pools/pg-fault.js';

/**
 * Walks the index by due_at and passes over other owners' shards: a merge of one ordered scan per partition, which stops at
 * the limit. With the shard first it would be one scan per shard and partition, 64 times as many.
 */
const TEXT = `select clock.now, due.* from (select now_ms() as now) as clock left join lateral (
    select command_id, device_id, due_at from command
    where due_at <= clock.now + $2 and shard = any($1::smallint[])
    order by due_at limit $3
  ) as due on true`;

export async function findDueCommands(
  pool: Pool,
  shards: readonly number[],
  { withinMs, limit }: { withinMs: number; limit: number },
): Promise<{ now: number; commands: DueCommand[] }> {
  const { rows } = await asFault(
    pool.query<{ now: string; command_id: string | null; device_id: string; due_at: string }>({
      name: 'find-due-commands',
      text: TEXT,
      values: [shards, withinMs, limit],
    }),
  );
  const commands = rows.flatMap(({ command_id, device_id, due_at }) =>
    command_id === null ? [] : [{ commandId: commandIdOf(command_id), deviceId: device_id, dueAt: Number(due_at) }],
  );
  return { now: Number(rows[0]!.now), commands };
}
