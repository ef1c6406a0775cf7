import { afterAll, beforeAll } from '@jest/globals';
import { makeCommandId } from '@downlink/command-domain';
import { engineModelContract, type ModelSubject } from '@downlink/command-engine/contracts';
import { replayedModelSeed } from '@downlink/testing';
import { createPostgresStore, type PostgresStore } from '../index.js';
import { openTurnedClock, type TurnedClock } from './spec-support/turned-clock.js';

let clock: TurnedClock;
let store: PostgresStore;

beforeAll(async () => {
  clock = await openTurnedClock();
  // What is shown here is what happens between transactions, and not that the disk keeps them.
  await clock.client.query(
    "do $$ begin execute format('alter database %I set synchronous_commit = off', current_database()); end $$",
  );
  store = createPostgresStore({ url: clock.url, onConnectionError: (error) => void process.emitWarning(error) });
});
afterAll(async () => {
  await store.close();
  await clock.close();
});

let runs = 0;
let ids = 0;

/** All runs share a database: each has devices of its own, and ends with nothing left to happen. */
async function open(): Promise<ModelSubject> {
  runs += 1;
  return {
    store: store.commandStore,
    reader: store.commandReader,
    claims: store.attemptClaims,
    outbox: store.outbox,
    due: store.dueCommands,
    devices: [`lamp-${runs}-a`, `lamp-${runs}-b`],
    nextId: () => makeCommandId(Date.UTC(2026, 10, 21) + Math.floor((ids += 1) / 4096), 1, ids % 4096),
    clock: () => clock.now(),
    setClock: (now) => clock.set(now),
    close: () => Promise.resolve(),
  };
}

engineModelContract('Postgres', open, {
  sequential: 200,
  interleaved: 150,
  withinMs: 15_000,
  steps: 30,
  replay: replayedModelSeed(),
});
