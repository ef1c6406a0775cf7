import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { makeCommandId, type CommandId } from '@downlink/command-domain';
import { aPolicy, aRequest } from '@downlink/command-domain/contracts';
import { createEngine, type Engine } from '@downlink/command-engine';
import { createLogger, Metrics } from '@downlink/runtime';
import { createPostgresStore, migrate, type PostgresStore } from '@downlink/store-postgres';
import { createTestDatabase, eventually, type TestDatabase } from '@downlink/testing';
import { DEFAULT_SCHEDULER_SETTINGS } from './scheduler.service.js';
import { startScheduler } from './start-scheduler.js';

const CLAIM_MS = 1_000;
let database: TestDatabase;
let store: PostgresStore;
let engine: Engine;
let running: { stop(): Promise<void> }[];
let made = 0;

beforeEach(async () => {
  database = await createTestDatabase({ template: migrate });
  store = createPostgresStore({
    url: database.url,
    onConnectionError: (error) => {
      throw error;
    },
  });
  engine = createEngine(store.commandStore, { handOver: () => undefined });
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((one) => one.stop()));
  await store.close();
  await database.drop();
});

const request = aRequest({ policy: aPolicy({ firstWaitMs: 600_000 }) });

/** A task for so many devices; returns its id and those of its commands. */
async function create(devices: number): Promise<{ id: string; commands: readonly CommandId[] }> {
  const { deviceId: _device, wireFormat, ...common } = request;
  const members = Array.from({ length: devices }, (_, at) => ({
    deviceId: `lamp-${at}`,
    commandId: makeCommandId(Date.now(), 3, made++ % 4096),
    target: { wireFormat, lateAnswers: 'record' as const },
  }));
  const about = { applicationId: 'app-1', name: 'nightly', timeoutMs: 600_000, details: {} };
  const { id } = await store.batchTasks.create({ ...about, request: common, members });
  return { id, commands: members.map(({ commandId }) => commandId) };
}

async function start(its: Engine): Promise<Metrics> {
  const metrics = new Metrics({ service: 'scheduler', processMetrics: false });
  running.push(
    await startScheduler({
      engine: its,
      dueCommands: store.dueCommands,
      cancelTasks: store.cancelTasks,
      batchTasks: store.batchTasks,
      idleLanes: store.idleLanes,
      strayAnswers: store.strayAnswers,
      outbox: store.outbox,
      publisher: { publish: () => Promise.resolve() },
      leases: store.shardLeases,
      ensurePartitions: (options) => store.ensurePartitions(options),
      purgeIdempotencyKeys: () => store.purgeIdempotencyKeys(),
      metrics,
      logger: createLogger({ service: 'scheduler', destination: { write: () => undefined } }),
      owner: randomUUID(),
      settings: {
        batchTasks: { ...DEFAULT_SCHEDULER_SETTINGS.batchTasks, everyMs: 50, batchSize: 100, claimMs: CLAIM_MS },
      },
    }),
  );
  return metrics;
}

/** Its first transaction of commands is committed; in the second it stops for good, as a killed process does. */
function freezing(): { engine: Engine; frozen: Promise<void>; thaw(): void } {
  let freeze!: () => void;
  let thaw!: () => void;
  const frozen = new Promise<void>((resolve) => (freeze = resolve));
  const thawed = new Promise<void>((resolve) => (thaw = resolve));
  let rounds = 0;
  const handle: Engine['handle'] = async (signals) => {
    if (signals[0]?.kind === 'submit') rounds += 1;
    if (rounds < 2) return engine.handle(signals);
    freeze();
    await thawed;
    throw new Error('killed');
  };
  return { engine: { handle }, frozen, thaw };
}

describe('the scheduler works batch tasks off', () => {
  const counts = async (id: string) => Object.fromEntries(await store.batchTasks.counts(id));

  it('whoever made them, all of it, and says how many', async () => {
    const { id } = await create(700);
    const metrics = await start(engine);
    await eventually(async () => expect(await counts(id)).toEqual({ sending: 700 }));
    expect(await store.batchTasks.find(id, 'app-1')).toMatchObject({ submittedAt: expect.any(Number) });
    await eventually(async () =>
      expect((await metrics.page()).body).toMatch(/downlink_batch_task_commands_total\{.*outcome="submitted".*\} 700/),
    );
  });

  it('also when the one that had begun is killed half way: each device gets its command once', async () => {
    const { id, commands } = await create(300);
    const killed = freezing();
    await start(killed.engine);
    await killed.frozen;
    expect(await counts(id)).toEqual({ pending: 300 });
    expect(await store.commandReader.head(commands[99]!)).toBeDefined();
    expect(await store.commandReader.head(commands[100]!)).toBeUndefined();
    await start(engine);
    await eventually(async () => expect(await counts(id)).toEqual({ sending: 300 }));
    killed.thaw();
    const { total } = await store.commandReader.search({ applicationId: 'app-1', offset: 0, limit: 1 });
    expect(total).toBe(300);
    for (const commandId of [commands[0]!, commands[299]!]) {
      const history = await store.commandReader.history(commandId);
      expect(history.map(({ event }) => event.type)).toEqual(['CommandAccepted', 'AttemptStarted']);
    }
  });
});
