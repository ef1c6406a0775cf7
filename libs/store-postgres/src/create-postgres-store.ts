import type {
  AccessTokens,
  AttemptClaims,
  BatchTasks,
  CallCounts,
  CancelTasks,
  CommandReader,
  CommandStore,
  DeadLetters,
  DueCommands,
  IdleLanes,
  Outbox,
  Registry,
  ShardLeases,
  StrayAnswers,
  Subscriptions,
  WebhookDeliveries,
  WorkerNumbers,
} from '@downlink/command-engine';
import { PostgresCallCounts } from './call-counts/postgres-call-counts.js';
import { PostgresBatchTasks } from './batch-tasks/postgres-batch-tasks.js';
import { PostgresCancelTasks } from './cancel-tasks/postgres-cancel-tasks.js';
import { PostgresAttemptClaims } from './claims/postgres-attempt-claims.js';
import { PostgresCommandStore } from './commands/postgres-command-store.js';
import { purgeKeys } from './commands/purge-keys.js';
import { PostgresDeadLetters } from './dead-letters/postgres-dead-letters.js';
import { PostgresDueCommands } from './due/postgres-due-commands.js';
import { PostgresIdleLanes } from './lanes/postgres-idle-lanes.js';
import { PostgresShardLeases } from './leases/postgres-shard-leases.js';
import { PostgresWorkerNumbers } from './leases/postgres-worker-numbers.js';
import { PostgresOutbox } from './outbox/postgres-outbox.js';
import { dropOldDays, type RetentionRound } from './partitions/drop-old-days.js';
import { ensurePartitions } from './partitions/ensure-partitions.js';
import { createPool } from './pools/create-pool.js';
import { asFault } from './pools/pg-fault.js';
import { PostgresCommandReader } from './reading/postgres-command-reader.js';
import { createAccessTokens } from './registry/create-access-tokens.js';
import { createRegistry } from './registry/create-registry.js';
import { createSecretBox, noSecretBox } from './registry/secret-box.js';
import { PostgresStrayAnswers } from './stray-answers/postgres-stray-answers.js';
import { PostgresSubscriptions } from './subscriptions/postgres-subscriptions.js';
import { PostgresWebhookDeliveries } from './webhooks/postgres-webhook-deliveries.js';

export interface PostgresStoreOptions {
  /** postgres://user:password@host:port/database; the schema must be there (`migrate`). */
  readonly url: string;
  /** What secrets are sealed and digested with: 32 bytes in base64. Without it whatever needs a secret fails. @see SecretBox */
  readonly secretsKey?: string;
  /** Connections for the engine's statements, at most. Default 10; two more are opened for outbox deletions. */
  readonly poolSize?: number;
  /** What the server shows in pg_stat_activity. Default `downlink`. */
  readonly applicationName?: string;
  /** Told of every connection that breaks; statements under way fail by themselves, the next ones open a new connection. */
  readonly onConnectionError: (error: Error) => void;
}

/** The adapters of one process on one database. */
export interface PostgresStore {
  readonly commandStore: CommandStore;
  readonly commandReader: CommandReader;
  readonly attemptClaims: AttemptClaims;
  readonly idleLanes: IdleLanes;
  readonly strayAnswers: StrayAnswers;
  readonly outbox: Outbox;
  readonly deadLetters: DeadLetters;
  readonly dueCommands: DueCommands;
  readonly registry: Registry;
  readonly accessTokens: AccessTokens;
  readonly webhookDeliveries: WebhookDeliveries;
  readonly cancelTasks: CancelTasks;
  readonly batchTasks: BatchTasks;
  readonly subscriptions: Subscriptions;
  readonly callCounts: CallCounts;
  readonly shardLeases: ShardLeases;
  readonly workerNumbers: WorkerNumbers;
  /** See `ensurePartitions`. */
  ensurePartitions(options: { daysAhead: number }): Promise<string[]>;
  /** See `dropOldDays`. */
  dropOldDays(options: { keepDays: number }): Promise<RetentionRound>;
  /** See `purgeKeys`. */
  purgeIdempotencyKeys(): Promise<number>;
  /** The database's clock, ms since 1970. @throws Fault `store-unavailable` */
  now(): Promise<number>;
  /** Asks the server something. @throws Fault `store-unavailable` when it does not answer */
  health(): Promise<void>;
  /** Waits for statements under way and closes all connections. */
  close(): Promise<void>;
}

/**
 * Opens nothing yet: connections are made when they are first needed, so that it does not matter who starts first.
 * @throws Fault `secrets-key-invalid` (not retryable)
 */
export function createPostgresStore(options: PostgresStoreOptions): PostgresStore {
  const { url, poolSize = 10, applicationName = 'downlink', onConnectionError } = options;
  const secrets = options.secretsKey === undefined ? noSecretBox : createSecretBox(options.secretsKey);
  const pool = createPool({ url, size: poolSize, applicationName, onConnectionError });
  const deletions = createPool({
    url,
    size: 2,
    applicationName: `${applicationName} outbox`,
    settings: { synchronous_commit: 'off' },
    onConnectionError,
  });
  return {
    commandStore: new PostgresCommandStore(pool),
    commandReader: new PostgresCommandReader(pool),
    attemptClaims: new PostgresAttemptClaims(pool),
    idleLanes: new PostgresIdleLanes(pool),
    strayAnswers: new PostgresStrayAnswers(pool),
    outbox: new PostgresOutbox(pool, deletions),
    deadLetters: new PostgresDeadLetters(pool),
    dueCommands: new PostgresDueCommands(pool),
    registry: createRegistry({ pool, secrets }),
    accessTokens: createAccessTokens({ pool, secrets }),
    webhookDeliveries: new PostgresWebhookDeliveries(pool),
    cancelTasks: new PostgresCancelTasks(pool),
    batchTasks: new PostgresBatchTasks(pool),
    subscriptions: new PostgresSubscriptions(pool),
    callCounts: new PostgresCallCounts(pool),
    shardLeases: new PostgresShardLeases(pool),
    workerNumbers: new PostgresWorkerNumbers(pool),
    ensurePartitions: ({ daysAhead }) => ensurePartitions(pool, { daysAhead }),
    dropOldDays: ({ keepDays }) => dropOldDays(pool, { keepDays }),
    purgeIdempotencyKeys: () => purgeKeys(pool),
    now: async () => Number((await asFault(pool.query<{ now: string }>('select now_ms() as now'))).rows[0]!.now),
    health: async () => void (await asFault(pool.query('select 1'))),
    close: async () => void (await Promise.all([pool.end(), deletions.end()])),
  };
}
