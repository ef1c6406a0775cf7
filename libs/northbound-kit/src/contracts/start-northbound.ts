import type { DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { makeCommandId, type Signal } from '@downlink/command-domain';
import {
  CommandGateway,
  createEngine,
  DeadLetterDesk,
  SignalQueue,
  type CommandIds,
  type CommittedFact,
  type Outcome,
  type RawRecord,
} from '@downlink/command-engine';
import { createPostgresStore, migrate, type PostgresStore } from '@downlink/store-postgres';
import { countRows, createTestDatabase } from '@downlink/testing';
import {
  createNorthboundApp,
  FinalEvents,
  northboundPorts,
  Quota,
  type DialectFace,
  type FinalEventsOptions,
  type NorthboundPorts,
} from '../index.js';

/** A dialect's application as it runs in production, on a database of its own, listening on a free port. */
export interface RunningNorthbound {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  readonly ports: NorthboundPorts;
  readonly store: PostgresStore;
  readonly app: NestFastifyApplication;
  /** Everything the engine has committed, in order. */
  readonly facts: readonly CommittedFact[];
  /** Records that were put back on the bus, in order. */
  readonly replayed: readonly RawRecord[];
  /** How many rows each table has: what was refused leaves them as they were. */
  countRows(): Promise<Record<string, number>>;
  /** Plays the rest of the world: the broker, the device, the clock. */
  handle(signal: Signal): Promise<Outcome>;
  stop(): Promise<void>;
}

/** 32 bytes; of tests only. */
const SECRETS_KEY = Buffer.alloc(32, 7).toString('base64');

/** Starts `module` on a real Postgres with the real engine. What it logs as our own fault is thrown by `stop`. */
export async function startNorthbound(
  faces: readonly DialectFace[],
  moduleOf: (ports: NorthboundPorts) => DynamicModule,
  waiting: Partial<FinalEventsOptions> = {},
): Promise<RunningNorthbound> {
  const database = await createTestDatabase({ template: migrate });
  const store = createPostgresStore({
    url: database.url,
    poolSize: 4,
    secretsKey: SECRETS_KEY,
    onConnectionError: rethrow,
  });
  const facts: CommittedFact[] = [];
  const faults: object[] = [];
  const replayed: RawRecord[] = [];
  const finalEvents = new FinalEvents({ reader: store.commandReader, logger: { warn: () => {} }, ...waiting });
  const engine = createEngine(store.commandStore, {
    handOver: (committed) => {
      facts.push(...committed);
      for (const { commandId, status, request } of committed) {
        finalEvents.listener.onFact({ commandId, status }, request.deviceId);
      }
    },
  });
  const queue = new SignalQueue(engine);
  const quota = new Quota({ counts: store.callCounts, logger: { warn: (details) => void faults.push(details) } });
  const ports = northboundPorts({
    commands: new CommandGateway(testCommandIds(), queue, store.commandReader),
    reader: store.commandReader,
    registry: store.registry,
    tokens: store.accessTokens,
    webhooks: store.webhookDeliveries,
    strayAnswers: store.strayAnswers,
    cancelTasks: store.cancelTasks,
    batchTasks: store.batchTasks,
    subscriptions: store.subscriptions,
    deadLetters: new DeadLetterDesk({
      letters: store.deadLetters,
      lanes: engine,
      records: { replay: async (_topic, record) => void replayed.push(record) },
    }),
    finalEvents,
    quota,
  });
  const app = await createNorthboundApp(moduleOf(ports), {
    dialects: faces,
    fallback: faces[0]!,
    logger: { warn: () => {}, error: (details) => void faults.push(details) },
    nestLogger: false,
  });
  await app.listen(0, '127.0.0.1');
  const stop = async () => {
    finalEvents.close();
    await app.close();
    await quota.close();
    await store.close();
    await database.drop();
    if (faults.length > 0) throw new Error('requests failed through our fault', { cause: faults });
  };
  return {
    url: await app.getUrl(),
    ports,
    store,
    app,
    facts,
    replayed,
    countRows: () => countRows(database.url),
    handle: (signal) => queue.handle(signal),
    stop,
  };
}

function testCommandIds(): CommandIds {
  let made = 0;
  return { next: () => makeCommandId(Date.now(), 0, made++ % 4096) };
}

function rethrow(error: Error): never {
  throw error;
}
