import { makeCommandId, type CommandId, type Signal } from '@downlink/command-domain';
import { aPolicy, aRequest } from '@downlink/command-domain/contracts';
import { createEngine, type Engine } from '@downlink/command-engine';
import { eventually } from '@downlink/testing';
import { createPool } from '../../pools/create-pool.js';
import { createPostgresStore } from '../../create-postgres-store.js';
import { migrate } from '../../migrate.js';
import { PostgresWebhookDeliveries } from '../../webhooks/postgres-webhook-deliveries.js';

const T0 = Date.UTC(2026, 10, 21);
const id = (sequence: number): CommandId => makeCommandId(T0, 1, sequence);

/** The commands of a lived database, by what became of them. */
export const LIVED = {
  succeeded: id(1),
  failed: id(2),
  canceled: id(3),
  putBack: id(4),
  timedOut: id(5),
  expired: id(6),
  immediate: id(7),
  waiting: id(8),
  underWay: id(9),
  withdrawn: id(10),
  replaced: id(11),
  successor: id(12),
} as const;

export const WEBHOOKS = [4, 5].map((version) => ({ webhookId: `${LIVED.succeeded}-${version}`, version }));

const onConnectionError = (error: Error): never => {
  throw error;
};

/**
 * Migrates an empty database and lets twelve commands to nine devices go through everything that can happen, by the engine
 * itself: what comes out must not breach any rule.
 */
export async function liveThroughEverything(url: string): Promise<void> {
  await migrate(url);
  const store = createPostgresStore({ url, onConnectionError });
  const engine = createEngine(store.commandStore, {
    handOver: () => undefined,
  });
  const pool = createPool({ url, size: 1, applicationName: 'spec', onConnectionError });
  await answeredCommands(engine);
  await queuedCommands(engine);
  await commandsOutOfTime(engine);
  await tellWebhooks(new PostgresWebhookDeliveries(pool));
  await pool.query('delete from outbox');
  await pool.end();
  await store.close();
}

const about = (kind: 'turn' | 'cancel' | 'device-acknowledged' | 'time-due', commandId: CommandId, deviceId: string) =>
  ({ kind, commandId, deviceId }) as const;
const accepted = (commandId: CommandId, deviceId: string, attempt: number): Signal => ({
  kind: 'broker-accepted',
  commandId,
  deviceId,
  attempt,
});
const answered = (commandId: CommandId, deviceId: string, outcome: 'succeeded' | 'failed'): Signal => ({
  kind: 'device-answered',
  commandId,
  deviceId,
  answer: outcome === 'succeeded' ? { outcome, result: { on: true } } : { outcome, result: null, code: '7' },
});
const submitted = (commandId: CommandId, deviceId: string, over: Parameters<typeof aRequest>[0] = {}): Signal => ({
  kind: 'submit',
  commandId,
  deviceId,
  request: aRequest({ deviceId, policy: aPolicy({ firstWaitMs: 3_600_000 }), ...over }),
});

const withKey = (submission: Signal, key: string) => ({ ...submission, idempotency: { key, digest: 'd' } }) as Signal;

async function oneByOne(engine: Engine, signals: readonly Signal[]): Promise<void> {
  for (const signal of signals) {
    const [outcome] = await engine.handle([signal]);
    if (outcome?.kind !== 'committed') throw new Error(`${signal.kind}: ${JSON.stringify(outcome)}`);
  }
}

async function answeredCommands(engine: Engine): Promise<void> {
  const callback = { url: 'http://receiver.example/', format: 'huawei' };
  await oneByOne(engine, [
    submitted(LIVED.succeeded, 'a', { callback }),
    accepted(LIVED.succeeded, 'a', 1),
    about('device-acknowledged', LIVED.succeeded, 'a'),
    answered(LIVED.succeeded, 'a', 'succeeded'),
    answered(LIVED.succeeded, 'a', 'succeeded'),
    withKey(submitted(LIVED.immediate, 'e', { mode: 'immediate', lifetimeMs: 0 }), 'key-1'),
    answered(LIVED.immediate, 'e', 'succeeded'),
    withKey(submitted(LIVED.underWay, 'g'), 'key-2'),
  ]);
}

async function queuedCommands(engine: Engine): Promise<void> {
  await oneByOne(engine, [
    submitted(LIVED.failed, 'b'),
    submitted(LIVED.canceled, 'b'),
    submitted(LIVED.putBack, 'b'),
    about('cancel', LIVED.canceled, 'b'),
    accepted(LIVED.failed, 'b', 1),
    answered(LIVED.failed, 'b', 'failed'),
    {
      kind: 'broker-refused',
      commandId: LIVED.putBack,
      deviceId: 'b',
      attempt: 1,
      reason: 'no-subscriber',
      detail: null,
    },
    { kind: 'device-reachable', deviceId: 'b' },
    accepted(LIVED.putBack, 'b', 2),
    answered(LIVED.putBack, 'b', 'succeeded'),
    { kind: 'device-unreachable', deviceId: 'f' },
    submitted(LIVED.waiting, 'f'),
    { kind: 'device-unreachable', deviceId: 'h' },
    submitted(LIVED.withdrawn, 'h'),
    about('cancel', LIVED.withdrawn, 'h'),
    { kind: 'device-unreachable', deviceId: 'i' },
    submitted(LIVED.replaced, 'i'),
    { ...submitted(LIVED.successor, 'i'), supersedes: 'all' } as Signal,
  ]);
}

async function commandsOutOfTime(engine: Engine): Promise<void> {
  const impatient = aPolicy({ firstWaitMs: 1, waitJitter: 0, maxRetransmit: 1 });
  await oneByOne(engine, [
    submitted(LIVED.timedOut, 'c', { policy: impatient }),
    accepted(LIVED.timedOut, 'c', 1),
    { kind: 'device-unreachable', deviceId: 'd' },
    submitted(LIVED.expired, 'd', { lifetimeMs: 1 }),
  ]);
  const due = [about('time-due', LIVED.timedOut, 'c'), about('time-due', LIVED.expired, 'd')];
  await eventually(async () => {
    const outcomes = await engine.handle(due);
    // What nobody published would not count as a try.
    await engine.handle([accepted(LIVED.timedOut, 'c', 2)]);
    const statuses = outcomes.map((outcome) => ('head' in outcome ? outcome.head?.state.status : undefined));
    if (statuses.join() !== 'timed-out,expired') throw new Error(statuses.join());
  });
}

async function tellWebhooks(deliveries: PostgresWebhookDeliveries): Promise<void> {
  for (const { webhookId, version } of [{ webhookId: `${LIVED.succeeded}-3`, version: 3 }, ...WEBHOOKS]) {
    const delivery = {
      webhookId,
      commandId: LIVED.succeeded,
      version,
      deviceId: 'a',
      applicationId: 'app-1',
      url: 'http://receiver.example/',
      contentType: 'application/json',
      body: `{"version":${version}}`,
    };
    const attempt = { webhookId, commandId: LIVED.succeeded, version, durationMs: 5, response: null } as const;
    const startedAt = T0 + version * 1_000;
    await deliveries.enqueue([delivery], 60_000);
    await deliveries.record(
      [{ ...attempt, startedAt, outcome: 'failed', status: 500, error: 'status-500', retryInMs: 5 }],
      60_000,
    );
    await deliveries.record(
      [{ ...attempt, startedAt: startedAt + 10, outcome: 'succeeded', status: 200, error: null, retryInMs: null }],
      60_000,
    );
  }
}
