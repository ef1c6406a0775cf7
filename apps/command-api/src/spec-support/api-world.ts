import type { FastifyInstance } from 'fastify';
import {
  CommandGateway,
  createEngine,
  DeadLetterDesk,
  LeasedCommandIds,
  SignalQueue,
  type CommittedFact,
  type Engine,
} from '@downlink/command-engine';
import { FinalEvents, Quota } from '@downlink/northbound-kit';
import { loadModelImporters } from '@downlink/provisioning';
import { createLogger, HealthRegistry, Metrics } from '@downlink/runtime';
import { createPostgresStore, migrate, type PostgresStore } from '@downlink/store-postgres';
import { countRows, createTestDatabase } from '@downlink/testing';
import { startCommandApi } from '../start-command-api.js';

export const ADMIN_KEY = 'admin-key-of-the-tests';

/** The command API with all its dialects on a real Postgres, its routes as Fastify knows them, and what it logs. */
export interface ApiWorld {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** `GET /v1/commands/:id`, every one that is registered. */
  readonly routes: readonly string[];
  readonly store: PostgresStore;
  readonly engine: Engine;
  readonly logLines: readonly string[];
  /** Rows by table, without what logging in and counting calls leave behind. */
  countRows(): Promise<Record<string, number>>;
  /** Everything that was committed has been told to whoever plays the devices, and what that led to as well. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

export interface ApiWorldOptions {
  /** Devices answer each attempt at once, so that nothing queues and nobody waits. Default: they never answer. */
  readonly devicesAnswer?: boolean;
}

/** Logging in leaves rows behind also where it is refused later; none of them says anything about devices or commands. */
const OF_CALLERS = new Set(['access_token', 'call_count', 'login_proof']);

/** Starts it on a database of its own and a free port. */
export async function startApiWorld({ devicesAnswer = false }: ApiWorldOptions = {}): Promise<ApiWorld> {
  const database = await createTestDatabase({ template: migrate });
  const store = createPostgresStore({
    url: database.url,
    poolSize: 6,
    secretsKey: Buffer.alloc(32, 7).toString('base64'),
    onConnectionError: () => {},
  });
  const ids = new LeasedCommandIds(store.workerNumbers, { owner: 'spec' });
  await ids.start();
  const finalEvents = new FinalEvents({ reader: store.commandReader, logger: { warn: () => {} } });
  const devices = new AnsweringDevices();
  const engine = createEngine(store.commandStore, {
    handOver: (facts) => {
      for (const { commandId, status } of facts) finalEvents.heard({ commandId, status });
      if (devicesAnswer) devices.hear(facts);
    },
  });
  const queue = new SignalQueue(engine);
  devices.signals = queue;
  const logLines: string[] = [];
  const routes = new Set<string>();
  const api = await startCommandApi({
    sources: {
      commands: new CommandGateway(ids, queue, store.commandReader),
      reader: store.commandReader,
      registry: store.registry,
      tokens: store.accessTokens,
      modelImporters: await loadModelImporters(),
      webhooks: store.webhookDeliveries,
      strayAnswers: store.strayAnswers,
      cancelTasks: store.cancelTasks,
      batchTasks: store.batchTasks,
      subscriptions: store.subscriptions,
      deadLetters: new DeadLetterDesk({
        letters: store.deadLetters,
        lanes: engine,
        records: { replay: async () => {} },
      }),
      finalEvents,
      quota: new Quota({ counts: store.callCounts, logger: { warn: () => {} } }),
    },
    dialects: { native: { adminKey: ADMIN_KEY } },
    port: 0,
    host: '127.0.0.1',
    mount: (http) => noteRoutes(http, routes),
    logger: createLogger({ service: 'command-api', destination: { write: (line) => logLines.push(line) } }),
    metrics: new Metrics({ service: 'command-api' }),
    health: new HealthRegistry(),
  });
  return {
    url: `http://127.0.0.1:${String(api.port)}`,
    routes: [...routes],
    store,
    engine,
    logLines,
    countRows: async () => {
      const rows = Object.entries(await countRows(database.url));
      return Object.fromEntries(rows.filter(([table]) => !OF_CALLERS.has(table)));
    },
    settled: () => devices.settled(),
    async stop() {
      await api.stop();
      await devices.settled();
      await ids.stop();
      await store.close();
      await database.drop();
    },
  };
}

function noteRoutes(http: FastifyInstance, routes: Set<string>): void {
  http.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) routes.add(`${one} ${url}`);
  });
}

/** Plays all devices: each attempt is answered as soon as it begins. */
class AnsweringDevices {
  signals: SignalQueue | undefined;
  private readonly answering = new Set<Promise<unknown>>();

  hear(facts: readonly CommittedFact[]): void {
    for (const { event, commandId, request } of facts) {
      if (event.type !== 'AttemptStarted') continue;
      const { deviceId } = request;
      const answer = { outcome: 'succeeded', result: { done: true } } as const;
      const handled = this.signals!.handle({ kind: 'device-answered', commandId, deviceId, answer });
      this.answering.add(handled);
      void handled.finally(() => this.answering.delete(handled));
    }
  }

  async settled(): Promise<void> {
    while (this.answering.size > 0) await Promise.all(this.answering);
  }
}
