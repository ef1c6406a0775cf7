import { factsOfHistory, type CommittedFact } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { EVENT_COLUMNS, recordedEventOf, type StoredEvent } from '../reading/event-row.js';
import { commandIdOf } from '../commands/head-row.js';
import { asFault } from '../pools/pg-fault.js';

const POINTERS = `select command_id, version from outbox
  where written_at <= now_ms() - $2 and shard = any($1::smallint[])
  order by written_at, command_id, version limit $3`;
const HISTORIES = `select event.* from unnest($1::bigint[]) as wanted (id)
  cross join lateral (select ${EVENT_COLUMNS} from command_event where command_id = wanted.id offset 0) as event
  order by event.command_id, event.version`;

/**
 * Old pointers with their facts, oldest first. A pointer names an event; what else a fact says (the statuses before and after
 * it) is folded from the command's history, which costs nothing until a process has crashed.
 */
export async function readLeftovers(
  pool: Pool,
  shards: readonly number[],
  { olderThanMs, limit }: { olderThanMs: number; limit: number },
): Promise<CommittedFact[]> {
  const pointers = await asFault(
    pool.query<{ command_id: string; version: number }>({
      name: 'leftover-pointers',
      text: POINTERS,
      values: [shards, olderThanMs, limit],
    }),
  );
  if (pointers.rows.length === 0) return [];
  const ids = [...new Set(pointers.rows.map(({ command_id }) => commandIdOf(command_id)))];
  const histories = await asFault(
    pool.query<StoredEvent>({ name: 'leftover-histories', text: HISTORIES, values: [ids] }),
  );
  const facts = new Map(
    factsOfHistory(histories.rows.map(recordedEventOf)).map((fact) => [key(fact.commandId, fact.version), fact]),
  );
  return pointers.rows.flatMap(({ command_id, version }) => facts.get(key(commandIdOf(command_id), version)) ?? []);
}

const key = (commandId: string, version: number) => `${commandId}:${String(version)}`;
