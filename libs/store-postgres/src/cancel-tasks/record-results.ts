import type { CancelResult } from '@downlink/command-engine';
import type { Pool, PoolClient } from 'pg';
import { retryConflicts } from '../commands/retry-conflicts.js';
import { onOneClient } from '../pools/on-one-client.js';
import { asFault } from '../pools/pg-fault.js';
import { sentTogether } from '../pools/sent-together.js';

/**
 * Writes results down and settles the tasks, in one transaction and one round trip. The tasks are locked first, in the order of
 * their ids and by a statement of its own, so that of two runners on one task the second counts what the first has written.
 */
export function recordResults(pool: Pool, taskIds: readonly string[], results: readonly CancelResult[]): Promise<void> {
  return retryConflicts(() =>
    onOneClient(pool, async (client) => {
      await asFault(sentTogether(client, () => statements(client, taskIds, results)));
    }),
  );
}

function statements(client: PoolClient, taskIds: readonly string[], results: readonly CancelResult[]) {
  const columns = [
    results.map(({ taskId }) => taskId),
    results.map(({ commandId }) => commandId),
    results.map(({ outcome }) => outcome),
    results.map(({ foundStatus }) => foundStatus),
  ];
  return [
    client.query('begin'),
    client.query({ name: 'lock-cancel-tasks', text: LOCK, values: [taskIds] }),
    client.query({ name: 'record-cancel-results', text: RECORD, values: columns }),
    client.query({ name: 'settle-cancel-tasks', text: SETTLE, values: [taskIds] }),
    client.query('commit'),
  ];
}

const LOCK = 'select from cancel_task where id = any($1::uuid[]) order by id for update';

const RECORD = `
update cancel_task_command c set outcome = said.outcome, found_status = said.found_status
from unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[]) as said (task_id, command_id, outcome, found_status)
where c.task_id = said.task_id and c.command_id = said.command_id and c.outcome is null`;

/** A task that still has commands goes to the end of the queue: a long one takes turns with the others. */
const SETTLE = `
update cancel_task t set
  canceled = counted.canceled,
  not_canceled = counted.not_canceled,
  status = case
    when counted.pending > 0 then 'running'
    when counted.not_canceled = 0 then 'succeeded'
    when counted.canceled = 0 then 'failed'
    else 'partly-succeeded'
  end,
  finished_at = case when counted.pending = 0 then (select now_ms()) end,
  next_at = case when counted.pending > 0 then (select now_ms()) end
from unnest($1::uuid[]) as given (id) cross join lateral (
  select
    count(*) filter (where c.outcome is null) as pending,
    count(*) filter (where c.outcome = 'canceled') as canceled,
    count(*) filter (where c.outcome = 'not-canceled') as not_canceled
  from cancel_task_command c where c.task_id = given.id
) as counted
where t.id = given.id and t.next_at is not null`;
