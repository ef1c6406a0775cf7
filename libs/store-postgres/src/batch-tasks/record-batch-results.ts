import type { BatchResult } from '@downlink/command-engine';
import type { Pool, PoolClient } from 'pg';
import { retryConflicts } from '../commands/retry-conflicts.js';
import { onOneClient } from '../pools/on-one-client.js';
import { asFault } from '../pools/pg-fault.js';
import { sentTogether } from '../pools/sent-together.js';

/**
 * Writes results down and settles the tasks, in one transaction and one round trip. The tasks are locked first, in the order of
 * their ids and by a statement of its own, so that of two runners on one task the second sees what the first has written.
 */
export function recordBatchResults(
  pool: Pool,
  taskIds: readonly string[],
  results: readonly BatchResult[],
): Promise<void> {
  return retryConflicts(() =>
    onOneClient(pool, async (client) => {
      await asFault(sentTogether(client, () => statements(client, taskIds, results)));
    }),
  );
}

function statements(client: PoolClient, taskIds: readonly string[], results: readonly BatchResult[]) {
  const columns = [
    results.map(({ taskId }) => taskId),
    results.map(({ commandId }) => commandId),
    results.map(({ refusal }) => refusal),
  ];
  return [
    client.query('begin'),
    client.query({ name: 'lock-batch-tasks', text: LOCK, values: [taskIds] }),
    client.query({ name: 'record-batch-results', text: RECORD, values: columns }),
    client.query({ name: 'settle-batch-tasks', text: SETTLE, values: [taskIds] }),
    client.query('commit'),
  ];
}

const LOCK = 'select from batch_task where id = any($1::uuid[]) order by id for update';

const RECORD = `
update batch_member m set outcome = case when said.refusal is null then 'submitted' else 'refused' end, refusal = said.refusal
from unnest($1::uuid[], $2::bigint[], $3::text[]) as said (task_id, command_id, refusal)
where m.task_id = said.task_id and m.command_id = said.command_id and m.outcome is null`;

/** A task that still has devices goes to the end of the queue: a long one takes turns with the others. */
const SETTLE = `
update batch_task t set
  submitted_at = case when not counted.pending then (select now_ms()) end,
  next_at = case when counted.pending then (select now_ms()) end
from unnest($1::uuid[]) as given (id) cross join lateral (
  select exists (select from batch_member m where m.task_id = given.id and m.outcome is null) as pending
) as counted
where t.id = given.id and t.next_at is not null`;
