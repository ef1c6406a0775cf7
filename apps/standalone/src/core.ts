import { appendFile } from 'node:fs/promises';
import { LocalFactBus, LocalFactServer, poisonTo, type LocalFactServerOptions } from '@downlink/bus';
import {
  CommandGateway,
  createEngine,
  DeadLetterIntake,
  LeasedCommandIds,
  OutboxRelay,
  relayLog,
  SignalQueue,
  type Engine,
} from '@downlink/command-engine';
import type { Logger } from '@downlink/runtime';
import { createPostgresStore, migrate, type PostgresStore } from '@downlink/store-postgres';

/** Engine, store and bus of one process, ready for the services to be put on. */
export interface Core {
  readonly store: PostgresStore;
  readonly bus: LocalFactBus;
  readonly engine: Engine;
  readonly signals: SignalQueue;
  readonly commands: CommandGateway;
  /** A member of a group on the in-process bus. */
  facts(group: 'dispatcher' | 'notifier', options?: Pick<LocalFactServerOptions, 'overlapBelow'>): LocalFactServer;
  stop(): Promise<void>;
}

export interface CoreOptions {
  readonly databaseUrl: string;
  readonly secretsKey: string;
  /** Where dead letters are kept, one JSON line each. */
  readonly deadLetters: string;
  readonly owner: string;
  readonly logger: Logger;
}

/** Migrates the database and puts engine, relay and bus together. */
export async function createCore(options: CoreOptions): Promise<Core> {
  const { databaseUrl, logger, owner } = options;
  await migrate(databaseUrl);
  const store = createPostgresStore({
    url: databaseUrl,
    secretsKey: options.secretsKey,
    applicationName: 'downlink standalone',
    onConnectionError: (err) => logger.warn({ err }, 'a database connection broke'),
  });
  await store.ensurePartitions({ daysAhead: 7 });
  const bus = new LocalFactBus({ groups: ['dispatcher', 'notifier'] });
  const relay = new OutboxRelay(bus, store.outbox, relayLog(logger));
  const engine = createEngine(store.commandStore, relay);
  const ids = new LeasedCommandIds(store.workerNumbers, { owner });
  await ids.start();
  const signals = new SignalQueue(engine);
  const onPoison = poisonTo(new DeadLetterIntake(store.deadLetters, engine));
  return {
    store,
    bus,
    engine,
    signals,
    commands: new CommandGateway(ids, signals, store.commandReader),
    facts: (group, how = {}) =>
      new LocalFactServer({
        ...how,
        bus,
        group,
        logger,
        onPoison,
        keepDeadLetter: (letter, fact) => appendFile(options.deadLetters, `${JSON.stringify({ letter, fact })}\n`),
      }),
    async stop() {
      await ids.stop();
      bus.close();
      await relay.drain();
      await store.close();
    },
  };
}
