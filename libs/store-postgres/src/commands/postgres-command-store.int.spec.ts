import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DeviceId } from '@downlink/command-domain';
import { accepted, attemptStarted, changesOf, nextCommandId, requestFor } from '@downlink/command-engine/contracts';
import { createTestDatabase, eventually, freePort, type TestDatabase } from '@downlink/testing';
import type pg from 'pg';
import {
  createPool,
  createPostgresStore,
  migrate,
  PostgresAttemptClaims,
  PostgresCommandReader,
  PostgresCommandStore,
} from '../index.js';
import { recordStatements } from '../spec-support/record-statements.js';

const NOTHING = { events: [], heads: [], lanes: [] };

describe('PostgresCommandStore', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  let store: PostgresCommandStore;
  let statements: string[];
  let broken: Error[];
  beforeEach(async () => {
    database = await createTestDatabase({ template: migrate });
    broken = [];
    pool = createPool({
      url: database.url,
      size: 3,
      applicationName: 'spec',
      onConnectionError: (error) => broken.push(error),
    });
    statements = recordStatements(pool);
    store = new PostgresCommandStore(pool);
  });
  afterEach(async () => {
    await pool.end();
    await database.drop();
  });

  const submitAll = (deviceIds: readonly DeviceId[], parameters = {}) => {
    const fresh = deviceIds.map((deviceId) => ({ deviceId, commandId: nextCommandId() }));
    const commandIds = fresh.map(({ commandId }) => commandId);
    return store.transact({ deviceIds, commandIds }, async (loaded) => ({
      changes: changesOf(
        loaded,
        fresh.map(({ deviceId, commandId }) => ({
          commandId,
          events: [accepted(loaded, requestFor(deviceId, { parameters }), null), attemptStarted(loaded, 1)],
        })),
      ),
      result: commandIds,
    }));
  };
  const devices = (count: number) => Array.from({ length: count }, (_, index) => `d${String(index)}`);

  describe('the cost of a unit of work', () => {
    it('is the same number of statements for five hundred submissions as for one', async () => {
      await submitAll(devices(500));
      const first = statements.splice(0);
      await submitAll(devices(500));
      const many = statements.splice(0);
      await submitAll(['d0']);
      expect(many).toEqual(['begin', 'lock-lanes', 'load-heads', 'write-changes', 'commit']);
      expect(statements).toEqual(many);
      expect(first).toHaveLength(10);
    });

    it('is no write at all when there is nothing to write', async () => {
      await submitAll(['d']);
      statements.splice(0);
      await store.transact({ deviceIds: ['d'], commandIds: [] }, async () => ({ changes: NOTHING, result: 0 }));
      expect(statements).toEqual(['begin', 'lock-lanes', 'load-heads', 'rollback']);
    });

    it('does not grow with the days that are kept: each id is looked up in its own day only', async () => {
      const commandIds = await submitAll(devices(3));
      const attempts = commandIds.map((commandId) => ({ commandId, attempt: 1 }));
      const claims = new PostgresAttemptClaims(pool);
      const scans = async () => {
        await pool.query('select pg_stat_force_next_flush()');
        const { rows } = await pool.query<{ name: string; scans: number }>(
          `select relname as name, idx_scan::int as scans from pg_stat_user_tables where relname ~ '^command_([0-9]|d)'`,
        );
        return new Map(rows.map((row) => [row.name, row.scans]));
      };
      // The first call is planned, and planning looks into every partition once.
      await claims.claim(attempts);
      const before = await scans();
      await claims.claim(attempts);
      const after = await scans();
      const grown = [...after].filter(([name, count]) => count !== before.get(name));
      expect(grown).toEqual([[expect.stringMatching(/^command_\d{8}$/), 3 + before.get(grown[0]![0])!]]);
    });
  });

  describe('data that Postgres refuses', () => {
    it.each([
      ['a NUL character in a parameter', 'd', { text: 'a\u0000b' }],
      ['half of a surrogate pair', 'd', { text: '\ud800' }],
      ['a NUL character in a device id', 'd\u0000', {}],
      [
        'a device id that no index entry can hold',
        'd'.repeat(20_000).replaceAll('d', () => Math.random().toString(36)),
        {},
      ],
    ])('is a Fault of the data and not of the store: %s', async (_, deviceId, parameters) => {
      await expect(submitAll([deviceId], parameters)).rejects.toMatchObject({
        code: 'store-refused',
        retryable: false,
      });
      await submitAll(['d']);
    });
  });

  describe('a server that goes away', () => {
    const terminateAll = () =>
      pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'spec' and datname = current_database() and pid <> pg_backend_pid()`,
      );

    it('fails the unit of work as retryable, and the next one works', async () => {
      const cut = store.transact({ deviceIds: ['d'], commandIds: [] }, async (loaded) => {
        await terminateAll();
        const commandId = nextCommandId();
        return { changes: changesOf(loaded, [{ commandId, events: [accepted(loaded, requestFor('d'))] }]), result: 0 };
      });
      await expect(cut).rejects.toMatchObject({ code: 'store-unavailable', retryable: true });
      await submitAll(['d']);
      expect(await new PostgresCommandReader(pool).lane('d')).toMatchObject({ nextPosition: 2 });
    });

    it('costs an idle connection and not the process', async () => {
      await Promise.all([submitAll(['a']), submitAll(['b']), submitAll(['c'])]);
      await terminateAll();
      await eventually(() => expect(broken.length).toBeGreaterThan(0));
      await submitAll(['d']);
    });

    it('is unavailable from the start when nobody listens', async () => {
      const url = `postgres://postgres@127.0.0.1:${String(await freePort())}/downlink`;
      const away = createPostgresStore({ url, onConnectionError: () => {} });
      await expect(away.health()).rejects.toMatchObject({ code: 'store-unavailable', retryable: true });
      await expect(
        away.commandStore.transact({ deviceIds: [], commandIds: [] }, async () => ({ changes: NOTHING, result: 0 })),
      ).rejects.toMatchObject({ code: 'store-unavailable' });
      await away.close();
    });
  });

  it('decides again, from the start, when it lost a race', async () => {
    const [commandId] = await submitAll(['d']);
    const versions: number[] = [];
    await store.transact({ deviceIds: ['stranger'], commandIds: [commandId!] }, async (loaded) => {
      const { version } = loaded.heads.get(commandId!)!;
      versions.push(version);
      const rejected = {
        type: 'AnswerRejected',
        schema: 1,
        at: loaded.now,
        reason: 'wrong-device',
        detail: null,
      } as const;
      const changes = { ...changesOf(loaded, [{ commandId: commandId!, events: [rejected] }]), lanes: [] };
      if (versions.length === 1) {
        await store.transact({ deviceIds: ['d'], commandIds: [commandId!] }, async (other) => ({
          changes: changesOf(other, [{ commandId: commandId!, events: [attemptStarted(other, 2)] }]),
          result: 0,
        }));
      }
      return { changes, result: 0 };
    });
    expect(versions).toEqual([2, 3]);
  });
});
