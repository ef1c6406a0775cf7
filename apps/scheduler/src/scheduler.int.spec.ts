import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { makeCommandId, type CommandId, type CommandRequest } from '@downlink/command-domain';
import { aPolicy, aRequest } from '@downlink/command-domain/contracts';
import {
  createEngine,
  OutboxRelay,
  type AttemptClaims,
  type CommittedFact,
  type Engine,
  type FactPublisher,
} from '@downlink/command-engine';
import { createLogger, Metrics, type Logger } from '@downlink/runtime';
import { createPostgresStore, migrate, type PostgresStore } from '@downlink/store-postgres';
import { createTestDatabase, eventually, startPostgres, type TestDatabase } from '@downlink/testing';
import { startScheduler } from './start-scheduler.js';
import { DEFAULT_SCHEDULER_SETTINGS } from './scheduler.service.js';

/** Where published facts arrive. */
class NotedFacts implements FactPublisher {
  readonly facts: CommittedFact[] = [];
  away = false;
  /** Plays the dispatcher: what is published is claimed. */
  dispatcher: AttemptClaims | undefined;

  async publish(facts: readonly CommittedFact[]): Promise<void> {
    if (this.away) throw new Error('the bus is away');
    await this.dispatcher?.claim(
      facts.flatMap(({ commandId, event }) =>
        event.type === 'AttemptStarted' ? [{ commandId, attempt: event.attempt }] : [],
      ),
    );
    this.facts.push(...facts);
  }
}

/** What one process has for itself. */
interface Process {
  readonly store: PostgresStore;
  readonly engine: Engine;
  readonly published: NotedFacts;
  readonly metrics: Metrics;
  shards(): Promise<number>;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Cut off from the database for good, without a word to anybody. */
  cut(): Promise<void>;
}

const LEASE = { ttlMs: 900, everyMs: 300 };
let database: TestDatabase;
let processes: Process[];
let lines: string[];

beforeEach(async () => {
  database = await createTestDatabase({ template: migrate });
  processes = [];
  lines = [];
});
afterEach(async () => {
  for (const process of processes) await process.stop();
  await database.drop();
});

function aProcess(url = database.url): Process {
  const logger: Logger = createLogger({ service: 'scheduler', destination: { write: (line) => lines.push(line) } });
  const metrics = new Metrics({ service: 'scheduler', processMetrics: false });
  const store = createPostgresStore({ url, onConnectionError: (err) => logger.debug({ err }, 'broke') });
  const published = new NotedFacts();
  const relay = new OutboxRelay(published, store.outbox, { left: () => undefined, notRemoved: () => undefined });
  const engine = createEngine(store.commandStore, relay);
  let running: { stop(): Promise<void> } | undefined;
  let closed = false;
  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    await relay.drain();
    await store.close();
  };
  const process: Process = {
    store,
    engine,
    published,
    metrics,
    async shards() {
      const { body } = await metrics.page();
      return Number(/^downlink_scheduler_shards\{.*\} (\d+)$/m.exec(body)?.[1]);
    },
    async start() {
      running = await startScheduler({
        engine,
        dueCommands: store.dueCommands,
        cancelTasks: store.cancelTasks,
        batchTasks: store.batchTasks,
        idleLanes: store.idleLanes,
        strayAnswers: store.strayAnswers,
        outbox: store.outbox,
        publisher: published,
        leases: store.shardLeases,
        ensurePartitions: (options) => store.ensurePartitions(options),
        purgeIdempotencyKeys: () => store.purgeIdempotencyKeys(),
        metrics,
        logger,
        owner: randomUUID(),
        settings: {
          lease: LEASE,
          due: { ...DEFAULT_SCHEDULER_SETTINGS.due, lookAheadMs: 100 },
          outbox: { everyMs: 50, olderThanMs: 300, limit: 500 },
        },
      });
    },
    async stop() {
      await running?.stop();
      running = undefined;
      await close();
    },
    cut: close,
  };
  processes.push(process);
  return process;
}

let made = 0;
function submission(deviceId: string, over: Partial<CommandRequest> = {}) {
  made += 1;
  const commandId = makeCommandId(Date.now(), 7, made % 4096);
  return { kind: 'submit', commandId, deviceId, request: aRequest({ deviceId, ...over }) } as const;
}

/** Each device gets a command that is out and waits for its acknowledgement, and behind it one that lives `lifetimeMs`. */
async function submitQueued(engine: Engine, count: number, lifetimeMs: number): Promise<CommandId[]> {
  const policy = aPolicy({ maxRetransmit: 0, firstWaitMs: 600_000 });
  const devices = Array.from({ length: count }, () => `device-${randomUUID()}`);
  await engine.handle(devices.map((device) => submission(device, { policy })));
  const queued = devices.map((device, i) => submission(device, { lifetimeMs: lifetimeMs + (i % 50) * 10 }));
  await engine.handle(queued);
  return queued.map(({ commandId }) => commandId);
}

const statuses = async ({ store }: Process, ids: readonly CommandId[]): Promise<string[]> => {
  const heads = await Promise.all(ids.map((id) => store.commandReader.head(id)));
  return heads.map((head) => head!.state.status);
};

/** ms from the deadline to the event, by the database's clock. */
const lateness = async ({ store }: Process, id: CommandId): Promise<number> => {
  const [accepted, ended] = [
    (await store.commandReader.history(id))[0]!,
    (await store.commandReader.history(id)).at(-1)!,
  ];
  if (accepted.event.type !== 'CommandAccepted' || accepted.event.expiresAt === null) throw new Error('never expires');
  return ended.event.at - accepted.event.expiresAt;
};

describe('the scheduler', () => {
  it('expires queued commands when their lifetime is over, all of them and none early', async () => {
    const one = aProcess();
    const ids = await submitQueued(one.engine, 300, 500);
    await one.start();
    await eventually(async () => expect(new Set(await statuses(one, ids))).toEqual(new Set(['expired'])));
    const late = await Promise.all(ids.map((id) => lateness(one, id)));
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
    const { body } = await one.metrics.page();
    expect(body).toMatch(/downlink_due_fired_total\{event="CommandExpired".*\} 300/);
    expect(body).toMatch(/downlink_due_lateness_seconds_count\{.*\} 300/);
  });

  it('counts no try while nobody publishes: what nobody was asked neither times out nor loses its place', async () => {
    const one = aProcess();
    const policy = aPolicy({ maxRetransmit: 0, firstWaitMs: 100, waitJitter: 0 });
    const deviceId = `device-${randomUUID()}`;
    const [first, second] = [submission(deviceId, { policy, lifetimeMs: 2_500 }), submission(deviceId, { policy })];
    await one.engine.handle([first, second]);
    await one.start();
    await eventually(async () => expect(await statuses(one, [first.commandId])).toEqual(['expired']));
    const types = (await one.store.commandReader.history(first.commandId)).map(({ event }) => event.type);
    const attempt = ['AttemptStarted', 'AttemptNotSent'];
    expect(types).toEqual(['CommandAccepted', ...attempt, ...attempt, 'CommandExpired']);
    one.published.dispatcher = one.store.attemptClaims;
    await eventually(async () => expect(await statuses(one, [second.commandId])).toEqual(['timed-out']));
    const last = (await one.store.commandReader.head(second.commandId))!.state;
    expect([last.tries, last.attempts]).toEqual([1, last.putBacks + 1]);
  });

  it('resends what nobody acknowledges and gives it up in the end', async () => {
    const one = aProcess();
    one.published.dispatcher = one.store.attemptClaims;
    const policy = aPolicy({ maxRetransmit: 2, firstWaitMs: 700, waitJitter: 0 });
    const sent = submission(`device-${randomUUID()}`, { policy });
    await one.engine.handle([sent]);
    await one.start();
    await eventually(async () => expect(await statuses(one, [sent.commandId])).toEqual(['timed-out']), {
      withinMs: 15_000,
    });
    const types = (await one.store.commandReader.history(sent.commandId)).map(({ event }) => event.type);
    expect(types).toEqual(['CommandAccepted', 'AttemptStarted', 'AttemptStarted', 'AttemptStarted', 'CommandTimedOut']);
    // On a slow machine the sweeper publishes what the relay is about to publish: at least once, as promised.
    const published = () => new Map(one.published.facts.map(({ version, event }) => [version, event.type]));
    await eventually(() => expect([...published().values()]).toEqual(types));
  });

  it('shares the shards with others, and hands them back at once when it stops', async () => {
    const [one, other] = [aProcess(), aProcess()];
    await one.start();
    await eventually(async () => expect(await one.shards()).toBe(64));
    await other.start();
    await eventually(async () => expect([await one.shards(), await other.shards()]).toEqual([32, 32]));
    await one.stop();
    await eventually(async () => expect(await other.shards()).toBe(64), { withinMs: LEASE.everyMs * 2 + 500 });
  });

  it('takes over from one that died, and loses no deadline over it', async () => {
    const [one, other] = [aProcess(), aProcess()];
    await Promise.all([one.start(), other.start()]);
    await eventually(async () => expect([await one.shards(), await other.shards()]).toEqual([32, 32]));
    const ids = await submitQueued(other.engine, 200, 1_000);
    await one.cut();
    await eventually(async () => expect(new Set(await statuses(other, ids))).toEqual(new Set(['expired'])));
    expect(await other.shards()).toBe(64);
    const late = await Promise.all(ids.map((id) => lateness(other, id)));
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
  });

  it('publishes what another process left in the outbox, and forgets it then', async () => {
    const [crashed, other] = [aProcess(), aProcess()];
    crashed.published.away = true;
    const left = Array.from({ length: 40 }, () => submission(`device-${randomUUID()}`));
    await crashed.engine.handle(left);
    await other.start();
    await eventually(() => expect(other.published.facts.length).toBeGreaterThanOrEqual(80));
    const ids = new Set(other.published.facts.map(({ commandId, version }) => `${commandId} ${version}`));
    expect(ids).toEqual(new Set(left.flatMap(({ commandId }) => [`${commandId} 1`, `${commandId} 2`])));
    const everyShard = Array.from({ length: 64 }, (_, shard) => shard);
    await eventually(async () => expect(await other.store.outbox.leftovers(everyShard, 0, 10)).toEqual([]));
  });

  it('goes on with deadlines while the bus is away', async () => {
    const one = aProcess();
    one.published.away = true;
    const ids = await submitQueued(one.engine, 20, 200);
    await one.start();
    await eventually(async () => expect(new Set(await statuses(one, ids))).toEqual(new Set(['expired'])));
    await eventually(() =>
      expect(lines.filter((line) => line.includes('waiting for the store or the bus'))).toHaveLength(1),
    );
    one.published.away = false;
    await eventually(() => expect(lines.join('')).toContain('the store or the bus is there again'));
    await eventually(() => expect(one.published.facts.length).toBeGreaterThanOrEqual(20 * 4));
  });

  it('waits for a store that goes away, says so once, and goes on', async () => {
    const server = await startPostgres();
    await migrate(server.url);
    const one = aProcess(server.url);
    try {
      await one.start();
      await eventually(async () => expect(await one.shards()).toBe(64));
      const ids = await submitQueued(one.engine, 20, 2_000);
      await server.kill();
      await eventually(() => expect(lines.filter((line) => line.includes('waiting for the store"'))).toHaveLength(1));
      await eventually(async () => expect(await one.shards()).toBe(0));
      await server.restart();
      await eventually(async () => expect(new Set(await statuses(one, ids))).toEqual(new Set(['expired'])));
      expect(lines.filter((line) => line.includes('waiting for the store"'))).toHaveLength(1);
      await eventually(() => expect(lines.join('')).toContain('the store is there again'));
    } finally {
      await one.stop();
      await server.stop();
    }
  });
});
