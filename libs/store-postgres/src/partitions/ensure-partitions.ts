import { firstCommandIdAt } from '@downlink/command-domain';
import { asFault } from '../pools/pg-fault.js';
import { DAY_MS, PARTITIONED, partitionName, PARTITIONED_TABLES, type PartitionedTable } from './partition-days.js';

/** Runs statements without parameters; several at once when the text holds several. */
export interface StatementRunner {
  query(text: string): Promise<unknown>;
}

/**
 * Makes the daily partitions from today until `daysAhead` days from now, on the database's clock, in days of UTC. Idempotent;
 * any number of processes may call it at once. Rows that had to go to a default partition move to their day.
 * @param statements a pool or connection; no transaction may be open on it
 * @returns the names of the partitions made
 * @throws Fault `store-unavailable` (retryable) also when a lock could not be had in 5 s: a report runs over the default partition
 */
export async function ensurePartitions(
  statements: StatementRunner,
  { daysAhead }: { daysAhead: number },
): Promise<string[]> {
  const parents = PARTITIONED_TABLES.map((table) => `'${table}'::regclass`).join(', ');
  const rows = rowsOf<{ now: string; name: string | null }>(
    await asFault(
      statements.query(
        `select now_ms() as now, child.relname as name from (select) one left join pg_inherits
           on inhparent in (${parents}) left join pg_class child on child.oid = inhrelid`,
      ),
    ),
  );
  const there = new Set(rows.map(({ name }) => name));
  const today = Math.floor(Number(rows[0]!.now) / DAY_MS);
  const wanted = Array.from({ length: daysAhead + 1 }, (_, day) => (today + day) * DAY_MS).flatMap((start) =>
    PARTITIONED_TABLES.map((table) => ({ table, start })),
  );
  const missing = wanted.filter(({ table, start }) => !there.has(partitionName(table, start)));
  for (const { table, start } of missing) await asFault(statements.query(createPartition(table, start)));
  return missing.map(({ table, start }) => partitionName(table, start));
}

/**
 * One statement and so one transaction. Made beside the parent and then attached: `create table … partition of` would lock
 * the parent against everybody (PostgreSQL, CREATE TABLE), attaching lets reads and writes of the other days go on.
 */
function createPartition(table: PartitionedTable, startMs: number): string {
  const name = partitionName(table, startMs);
  const [from, to] = [firstCommandIdAt(startMs), firstCommandIdAt(startMs + DAY_MS)];
  return `do $$ begin
    perform set_config('lock_timeout', '5s', true);
    perform pg_advisory_xact_lock(hashtextextended('downlink partitions', 0));
    if to_regclass('${name}') is null then
      create table ${name} (like ${table} including defaults including constraints including comments) ${PARTITIONED[table]};
      lock table ${table}_default in access exclusive mode;
      with strays as (delete from ${table}_default where command_id >= ${from} and command_id < ${to} returning *)
        insert into ${name} select * from strays;
      alter table ${table} attach partition ${name} for values from (${from}) to (${to});
    end if;
  end $$`;
}

/** TypeORM answers with the rows, pg with a result around them. */
function rowsOf<Row>(answer: unknown): Row[] {
  return (Array.isArray(answer) ? answer : (answer as { rows: Row[] }).rows) as Row[];
}
