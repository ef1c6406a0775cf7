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

/** One command goes out, `count` queue behind it; returns their ids. */
async function queue(deviceId: string, count: number): Promise<CommandId[]> {
  const request = aRequest({ deviceId, policy: aPolicy({ laneCap: 1_000, firstWaitMs: 600_000 }) });
  const ids = Array.from({ length: count + 1 }, () => makeCommandId(Date.now(), 3, made++ % 4096));
  const outcomes = await engine.handle(ids.map((commandId) => ({ kind: 'submit', commandId, deviceId, request })));
  expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['committed']));
  return ids.slice(1);
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
        cancelTasks: { ...DEFAULT_SCHEDULER_SETTINGS.cancelTasks, everyMs: 50, batchSize: 100, claimMs: CLAIM_MS },
      },
    }),
  );
  return metrics;
}

/** Its first transaction of cancellations is committed; in the second it stops for good, as a killed process does. */
function freezing(): { engine: Engine; frozen: Promise<void>; thaw(): void } {
  let freeze!: () => void;
  let thaw!: () => void;
  const frozen = new Promise<void>((resolve) => (freeze = resolve));
  const thawed = new Promise<void>((resolve) => (thaw = resolve));
  let rounds = 0;
  const handle: Engine['handle'] = async (signals) => {
    if (signals[0]?.kind === 'cancel') rounds += 1;
    if (rounds < 2) return engine.handle(signals);
    freeze();
    await thawed;
    throw new Error('killed');
  };
  return { engine: { handle }, frozen, thaw };
}

describe('the scheduler works cancel tasks off', () => {
  it('whoever made them, all of it, and says how many', async () => {
    const ids = await queue('lamp', 700);
    const { id } = await store.cancelTasks.create({ applicationId: 'app-1', deviceId: 'lamp' });
    const metrics = await start(engine);
    await eventually(async () =>
      expect(await store.cancelTasks.find(id)).toMatchObject({ status: 'succeeded', total: 700, canceled: 700 }),
    );
    const commands = await store.cancelTasks.commands(id, { offset: 0, limit: 1_000 });
    expect(commands.map(({ commandId }) => commandId)).toEqual(ids);
    expect(new Set(commands.map(({ head }) => head?.state.status))).toEqual(new Set(['canceled']));
    expect(await store.commandReader.lane('lamp')).toMatchObject({ queued: 0 });
    expect((await metrics.page()).body).toMatch(/downlink_cancel_task_commands_total\{.*outcome="canceled".*\} 700/);
  });

  it('also when the one that had begun is killed half way: another takes over when the claim lapses', async () => {
    await queue('lamp', 300);
    const { id } = await store.cancelTasks.create({ applicationId: 'app-1', deviceId: 'lamp' });
    const killed = freezing();
    await start(killed.engine);
    await killed.frozen;
    expect(await store.cancelTasks.find(id)).toMatchObject({ status: 'running', canceled: 0 });
    expect(await store.commandReader.lane('lamp')).toMatchObject({ queued: 200 });
    await start(engine);
    await eventually(async () =>
      expect(await store.cancelTasks.find(id)).toMatchObject({ status: 'succeeded', total: 300, canceled: 300 }),
    );
    killed.thaw();
  });
});
