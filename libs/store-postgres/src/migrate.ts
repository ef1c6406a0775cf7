import { Fault } from '@downlink/command-engine';
import { MigrationExecutor, type DataSource, type QueryRunner } from 'typeorm';
import { createDataSource } from './data-source.js';
import { migrations } from './migrations/index.js';
import { ensurePartitions } from './partitions/ensure-partitions.js';
import { asFault } from './pools/pg-fault.js';

/** Any number will do as long as nobody else in the database uses it; this one spells "DLNK". */
const MIGRATION_LOCK = 0x444c4e4b;

/**
 * Brings the schema to what this program expects and makes the partitions of the next days. Any number of processes may
 * call it at once: one works, the others wait and find nothing left to do.
 * @throws Fault `schema-too-new` (not retryable) when a newer program has migrated this database, `store-unavailable`
 *   (retryable) when the database is away.
 */
export async function migrate(target: string | DataSource): Promise<void> {
  if (typeof target !== 'string') return migrateThrough(target);
  const dataSource = createDataSource({ url: target, poolSize: 1, applicationName: 'downlink-migrate' });
  await asFault(dataSource.initialize());
  try {
    await migrateThrough(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

/** Lock, check and migrations share one connection, so that a pool of one is enough. */
async function migrateThrough(dataSource: DataSource): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    await asFault(runner.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]));
    try {
      await refuseNewerSchema(runner);
      await new MigrationExecutor(dataSource, runner).executePendingMigrations();
      await ensurePartitions(runner, { daysAhead: 7 });
    } finally {
      await runner.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    }
  } finally {
    await runner.release();
  }
}

async function refuseNewerSchema(runner: QueryRunner): Promise<void> {
  const [table] = await rows<{ known: string | null }>(runner, `select to_regclass('schema_migration')::text as known`);
  if (table?.known === null) return;
  const known = new Set(migrations.map((migration) => new migration().name));
  const done = await rows<{ name: string }>(runner, 'select name from schema_migration order by timestamp');
  const unknown = done.map(({ name }) => name).filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new Fault(
    'schema-too-new',
    `the database has been migrated by a newer version of this program (${unknown.join(', ')}); run that version`,
    { retryable: false },
  );
}

function rows<Row>(runner: QueryRunner, text: string): Promise<Row[]> {
  return runner.query(text) as Promise<Row[]>;
}
