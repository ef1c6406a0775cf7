import { createEngine } from '@downlink/command-engine';
import { DeviceDirectory, PacedTurns, UplinkIntake, type DirectUplinks } from '@downlink/southbound-mqtt';
import { createPostgresStore } from '@downlink/store-postgres';
import { startReceiving } from '../start-receiving.js';

/** What a spec hands this process as its one argument, as JSON. */
export interface ReceivingProcessOptions {
  readonly owner: string;
  readonly databaseUrl: string;
  readonly brokerUrl: string;
  readonly direct: DirectUplinks;
  readonly leaseTimes: { readonly ttlMs: number; readonly everyMs: number };
  /** Takes messages and never gets on with them, as when its store does not answer. */
  readonly stuck: boolean;
}

/** The receiving half of a dispatcher as a process of its own, to be killed. Says how many sessions and messages it has. */
const options = JSON.parse(process.argv[2] ?? '') as ReceivingProcessOptions;
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const log = (details: object, message: string): void => say(`${message} ${JSON.stringify(details)}`);
const logger = { debug: () => undefined, info: () => undefined, warn: log, error: log };

const onConnectionError = (error: Error): void => log({ reason: error.message }, 'a database connection broke');
const store = createPostgresStore({ url: options.databaseUrl, onConnectionError });
const turns = new PacedTurns(createEngine(store.commandStore, { handOver: () => undefined }), logger);
const intake = new UplinkIntake({
  reader: store.commandReader,
  turns,
  strays: store.strayAnswers,
  isKnown: async (ids) => ids.map(() => true),
  names: new DeviceDirectory(store.registry),
  logger,
});
const receiving = startReceiving({
  leases: store.shardLeases,
  owner: options.owner,
  broker: { url: options.brokerUrl },
  direct: options.direct,
  leaseTimes: options.leaseTimes,
  logger,
  take: async (batch) => {
    say(`took ${String(batch.length)}`);
    if (options.stuck) await new Promise(() => undefined);
    await intake.take(batch);
  },
});

let told = -1;
setInterval(() => {
  if (receiving.sessions === told) return;
  told = receiving.sessions;
  say(`sessions ${String(told)}`);
}, 20);
process.once('SIGTERM', () => {
  void receiving
    .stop()
    .then(() => turns.stop())
    .then(() => store.close())
    .then(() => process.exit(0));
});
say('ready');
