import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CommandRequest, Submit } from '@downlink/command-domain';
import { createEngine, type Engine, type Outcome } from '@downlink/command-engine';
import { nextCommandId, requestFor } from '@downlink/command-engine/contracts';
import { createTestDatabase, type TestDatabase } from '@downlink/testing';
import pg from 'pg';
import { createPostgresStore, migrate, type PostgresStore } from '../index.js';
import { purgeKeys } from './purge-keys.js';

const HOUR_MS = 3_600_000;

describe('idempotency keys on Postgres', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let stores: PostgresStore[];
  let engines: Engine[];
  beforeEach(async () => {
    database = await createTestDatabase({ template: migrate });
    pool = new pg.Pool({ connectionString: database.url, max: 1 });
    stores = [0, 1].map(() => createPostgresStore({ url: database.url, onConnectionError: rethrow }));
    engines = stores.map(({ commandStore }) => createEngine(commandStore, { handOver: () => undefined }));
  });
  afterEach(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await pool.end();
    await database.drop();
  });

  const call = (key: string, digest = 'digest', changes: Partial<CommandRequest> = {}): Submit => {
    const request = requestFor('device', changes);
    return {
      kind: 'submit',
      commandId: nextCommandId(),
      deviceId: request.deviceId,
      request,
      idempotency: { key, digest },
    };
  };
  const submit = async (signal: Submit, engine = engines[0]!) => (await engine.handle([signal]))[0]!;
  const idOf = (outcome: Outcome) => (outcome.kind === 'committed' ? outcome.head?.commandId : outcome.kind);
  const age = (ms: number) => pool.query('update idempotency_key set used_at = used_at - $1', [ms]);
  const keys = async () =>
    (await pool.query<{ key: string }>('select key from idempotency_key order by key')).rows.map(({ key }) => key);

  it('make one command of a race between two processes, whatever the devices, and lose none of the callers', async () => {
    const calls = Array.from({ length: 60 }, (_, n) =>
      call(`k${String(n % 6)}`, 'digest', { deviceId: `device-${String(n)}` }),
    );
    const outcomes = await Promise.all(calls.map((one, n) => submit(one, engines[n % 2])));
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['committed']));
    for (let key = 0; key < 6; key += 1) {
      const ids = outcomes.filter((_, n) => n % 6 === key).map(idOf);
      expect(new Set(ids).size).toBe(1);
    }
    expect((await stores[0]!.commandReader.search({ applicationId: 'app', offset: 0, limit: 1 })).total).toBe(6);
  });

  it('let one of two racing bodies win and refuse the other', async () => {
    const outcomes = await Promise.all([
      submit(call('k', 'one'), engines[0]),
      submit(call('k', 'two', { deviceId: 'device-2' }), engines[1]),
    ]);
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['committed', 'rejected']);
  });

  it('stand for their command for 24 hours and for a new one after that', async () => {
    const first = call('k');
    await submit(first);
    await age(24 * HOUR_MS - 60_000);
    expect(idOf(await submit(call('k')))).toBe(first.commandId);
    expect(await submit(call('k', 'another'))).toMatchObject({ kind: 'rejected' });
    await age(60_000);
    const next = call('k', 'another');
    expect(idOf(await submit(next))).toBe(next.commandId);
    expect(idOf(await submit(call('k', 'another')))).toBe(next.commandId);
    expect(await submit(call('k'))).toMatchObject({ kind: 'rejected' });
  });

  it('let one of 20 win also where the key has lapsed', async () => {
    await submit(call('k'));
    await age(24 * HOUR_MS);
    const calls = Array.from({ length: 20 }, (_, n) => call('k', 'digest', { deviceId: `device-${String(n)}` }));
    const outcomes = await Promise.all(calls.map((one, n) => submit(one, engines[n % 2])));
    expect(new Set(outcomes.map(idOf)).size).toBe(1);
    expect((await stores[0]!.commandReader.search({ applicationId: 'app', offset: 0, limit: 1 })).total).toBe(2);
  });

  it('are purged when they have lapsed, in pages, by two processes at once, and not before', async () => {
    await engines[0]!.handle(
      Array.from({ length: 25 }, (_, n) => call(`old${String(n)}`, 'digest', { deviceId: `device-${String(n)}` })),
    );
    await age(24 * HOUR_MS);
    await submit(call('young'));
    const purged = await Promise.all([purgeKeys(pool, 10), stores[0]!.purgeIdempotencyKeys()]);
    expect(purged[0]! + purged[1]!).toBe(25);
    expect(await keys()).toEqual(['young']);
    expect(await stores[0]!.purgeIdempotencyKeys()).toBe(0);
  });

  it('that Postgres cannot store are refused alone', async () => {
    const batch = [call('k'), call('a\u0000b'), call('l')];
    const outcomes = await engines[0]!.handle(batch);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['committed', 'failed', 'committed']);
  });
});

function rethrow(error: Error): never {
  throw error;
}
