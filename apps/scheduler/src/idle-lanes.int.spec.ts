import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { makeCommandId, type CommandId, type Signal } from '@downlink/command-domain';
import { aPolicy, aRequest } from '@downlink/command-domain/contracts';
import { createEngine, type Engine } from '@downlink/command-engine';
import { createLogger, Metrics } from '@downlink/runtime';
import { createPostgresStore, migrate, type PostgresStore } from '@downlink/store-postgres';
import { createTestDatabase, eventually, type TestDatabase } from '@downlink/testing';
import { startScheduler } from './start-scheduler.js';
import { DEFAULT_SCHEDULER_SETTINGS } from './scheduler.service.js';

const COUNT = 2_000;
const SHARDS = Array.from({ length: 64 }, (_, shard) => shard);
const SETTINGS = { everyMs: 100, idleMs: 500, page: 500, limit: 20_000 };

describe('the scheduler, when whoever owed the turns has died', () => {
  let database: TestDatabase;
  let store: PostgresStore;
  let engine: Engine;
  let metrics: Metrics;
  const running: { stop(): Promise<void> }[] = [];

  beforeEach(async () => {
    database = await createTestDatabase({ template: migrate });
    store = createPostgresStore({ url: database.url, onConnectionError: (error) => process.emitWarning(error) });
    engine = createEngine(store.commandStore, { handOver: () => undefined });
    metrics = new Metrics({ service: 'scheduler', processMetrics: false });
  });
  afterEach(async () => {
    for (const one of running.splice(0)) await one.stop();
    await store.close();
    await database.drop();
  });

  const start = async (): Promise<void> => {
    running.push(
      await startScheduler({
        engine,
        dueCommands: store.dueCommands,
        cancelTasks: store.cancelTasks,
        batchTasks: store.batchTasks,
        idleLanes: store.idleLanes,
        strayAnswers: store.strayAnswers,
        outbox: store.outbox,
        publisher: { publish: async () => undefined },
        leases: store.shardLeases,
        ensurePartitions: (options) => store.ensurePartitions(options),
        purgeIdempotencyKeys: () => store.purgeIdempotencyKeys(),
        metrics,
        logger: createLogger({ service: 'scheduler', destination: { write: () => undefined } }),
        owner: randomUUID(),
        settings: { ...DEFAULT_SCHEDULER_SETTINGS, idleLanes: SETTINGS },
      }),
    );
  };
  const inBatches = async (signals: readonly Signal[]): Promise<void> => {
    for (let at = 0; at < signals.length; at += 500) await engine.handle(signals.slice(at, at + 500));
  };
  const devices = Array.from({ length: COUNT }, (_, n) => `device-${String(n)}`);
  const submission = (deviceId: string, n: number) =>
    ({
      kind: 'submit',
      commandId: makeCommandId(Date.now(), 7, n % 4096),
      deviceId,
      request: aRequest({ deviceId, policy: aPolicy({ firstWaitMs: 600_000 }) }),
    }) as const;
  const statuses = async (ids: readonly CommandId[]): Promise<Set<string>> => {
    const heads = await Promise.all(ids.map((id) => store.commandReader.head(id)));
    return new Set(heads.map((head) => head!.state.status));
  };

  it('finds the lanes and sets them in motion, a page a round', async () => {
    const submissions = devices.map(submission);
    await inBatches(devices.map((deviceId) => ({ kind: 'device-unreachable', deviceId })));
    await inBatches(submissions);
    await inBatches(devices.map((deviceId) => ({ kind: 'device-reachable', deviceId, turn: 'later' })));
    const ids = submissions.map(({ commandId }) => commandId);
    expect(await statuses(ids)).toEqual(new Set(['queued']));
    const began = performance.now();
    await start();
    await eventually(async () => expect(await store.idleLanes.idle(SHARDS, 1)).toEqual([]), { withinMs: 20_000 });
    const tookMs = performance.now() - began;
    expect(await statuses(ids)).toEqual(new Set(['sending']));
    expect(tookMs).toBeGreaterThan(SETTINGS.idleMs + SETTINGS.everyMs * (COUNT / SETTINGS.page - 1));
    const moved = new RegExp(`downlink_idle_lanes_moved_total\\{.*\\} ${String(COUNT)}`);
    await eventually(async () => expect((await metrics.page()).body).toMatch(moved));
    process.stdout.write(`idle lanes: ${String(COUNT)} set in motion in ${String(Math.round(tookMs))} ms\n`);
  });

  it('leaves alone who is away, blocked, busy, or waits for a probe', async () => {
    const [away, blocked, busy, probed, idle] = ['away', 'blocked', 'busy', 'probed', 'idle'].map((deviceId, n) => ({
      deviceId,
      first: submission(deviceId, 10 + n),
      second: submission(deviceId, 20 + n),
    }));
    await engine.handle([
      { kind: 'device-unreachable', deviceId: 'away' },
      { kind: 'lane-blocked', deviceId: 'blocked', deadLetter: 'x' },
      ...[away, blocked, busy, probed].map((one) => one!.first),
      busy!.second,
    ]);
    const { commandId, deviceId } = probed!.first;
    await engine.handle([
      { kind: 'broker-refused', commandId, deviceId, attempt: 1, reason: 'unavailable', detail: null },
    ]);
    await engine.handle([{ kind: 'device-unreachable', deviceId: 'idle' }, idle!.first]);
    await engine.handle([{ kind: 'device-reachable', deviceId: 'idle', turn: 'later' }]);
    expect(await store.idleLanes.idle(SHARDS, 10)).toEqual(['idle']);
    expect(await store.idleLanes.idle([], 10)).toEqual([]);
  });
});
