import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CommandGateway, createEngine, SignalQueue } from '@downlink/command-engine';
import { nextCommandId, requestFor } from '@downlink/command-engine/contracts';
import { createTestDatabase, type TestDatabase } from '@downlink/testing';
import { createPostgresStore, migrate, type PostgresStore } from '../index.js';

const CAP = 20;

describe('the cap of a lane on Postgres, under 200 submissions at once from two processes', () => {
  let database: TestDatabase;
  let stores: PostgresStore[];
  beforeEach(async () => {
    database = await createTestDatabase({ template: migrate });
    stores = [0, 1].map(() => createPostgresStore({ url: database.url, poolSize: 20, onConnectionError: rethrow }));
  });
  afterEach(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await database.drop();
  });

  const engineOf = ({ commandStore }: PostgresStore) => createEngine(commandStore, { handOver: () => undefined });
  const policy = { ...requestFor('device').policy, laneCap: CAP };
  const request = requestFor('device', { policy });
  const accepted = (outcomes: readonly { kind: string }[]) =>
    outcomes.filter(({ kind }) => kind === 'committed').length;
  /** By the log: a command that waits has no event but its acceptance. */
  const byTheLog = async () => {
    const { heads } = await stores[0]!.commandReader.search({ applicationId: 'app', offset: 0, limit: 500 });
    const histories = await Promise.all(heads.map(({ commandId }) => stores[0]!.commandReader.history(commandId)));
    return { stored: heads.length, queued: histories.filter((history) => history.length === 1).length };
  };

  it('lets in as many as fit and the one under way, each submission in a transaction of its own', async () => {
    const engines = stores.map(engineOf);
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        engines[n % 2]!.handle([{ kind: 'submit', commandId: nextCommandId(), deviceId: 'device', request }]),
      ),
    );
    expect(accepted(outcomes.flat())).toBe(CAP + 1);
    expect(await byTheLog()).toEqual({ stored: CAP + 1, queued: CAP });
    expect(await stores[0]!.commandReader.lane('device')).toMatchObject({ queued: CAP });
  });

  it('lets in as many as fit, in the batches that a gateway makes', async () => {
    const gateways = stores.map(
      (store) => new CommandGateway({ next: nextCommandId }, new SignalQueue(engineOf(store)), store.commandReader),
    );
    const outcomes = await Promise.all(Array.from({ length: 200 }, (_, n) => gateways[n % 2]!.submit(request)));
    expect(accepted(outcomes)).toBe(CAP + 1);
    expect(await byTheLog()).toEqual({ stored: CAP + 1, queued: CAP });
  });

  it('lets in all of 200 that supersede each other, with one left in the queue', async () => {
    const engines = stores.map(engineOf);
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        engines[n % 2]!.handle([
          { kind: 'submit', commandId: nextCommandId(), deviceId: 'device', request, supersedes: 'all' },
        ]),
      ),
    );
    expect(accepted(outcomes.flat())).toBe(200);
    expect(await stores[0]!.commandReader.lane('device')).toMatchObject({ queued: 1, nextPosition: 201 });
  });
});

function rethrow(error: Error): never {
  throw error;
}
