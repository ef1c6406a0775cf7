import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import type { CommandId } from '@downlink/command-domain';
import { createEngine, type Engine } from '@downlink/command-engine';
import { attemptStarted, changesOf, happen, requestFor, submit } from '@downlink/command-engine/contracts';
import { createTestDatabase, eventually, type TestDatabase } from '@downlink/testing';
import { createPostgresStore, migrate, type PostgresStore } from '../index.js';

const once = { policy: { ...requestFor('d').policy, maxRetransmit: 0 } };

describe('a claim, while somebody else writes', () => {
  let database: TestDatabase;
  let store: PostgresStore;
  let engine: Engine;
  let other: pg.Client;

  beforeEach(async () => {
    database = await createTestDatabase({ template: migrate });
    store = createPostgresStore({ url: database.url, onConnectionError: (error) => void process.emitWarning(error) });
    engine = createEngine(store.commandStore, { handOver: () => undefined });
    other = new pg.Client({ connectionString: database.url });
    await other.connect();
  });
  afterEach(async () => {
    await other.end();
    await store.close();
    await database.drop();
  });

  const started = async (deviceId: string, waitMs: number): Promise<CommandId> => {
    const commandId = await submit(store.commandStore, requestFor(deviceId, once), 600_000);
    await happen(store.commandStore, { commandId, deviceId }, (loaded) => [attemptStarted(loaded, 1, waitMs)]);
    return commandId;
  };

  it('makes whoever has decided without it decide again', async () => {
    const commandId = await started('d', 60_000);
    const seen: (number | undefined)[] = [];
    await store.commandStore.transact({ deviceIds: ['d'], commandIds: [commandId] }, async (loaded) => {
      seen.push(loaded.heads.get(commandId)!.claimedAttempt);
      if (seen.length === 1) await store.attemptClaims.claim([{ commandId, attempt: 1 }]);
      const events = [{ type: 'AttemptSent', schema: 1, at: loaded.now, attempt: 1 } as const];
      const { heads, ...rest } = changesOf(loaded, [{ commandId, events }]);
      const claimedAttempt = loaded.heads.get(commandId)!.claimedAttempt!;
      return { changes: { ...rest, heads: heads.map((head) => ({ ...head, claimedAttempt })) }, result: undefined };
    });
    expect(seen).toEqual([0, 1]);
  });

  it('waits for the one row that is being written, not for the rest, and goes by what was written', async () => {
    const [busy, free] = [await started('busy', 60_000), await started('free', 60_000)];
    await other.query('begin');
    await other.query(`update command set status = 'queued' where command_id = $1`, [busy]);
    let answered = false;
    const claims = store.attemptClaims
      .claim([
        { commandId: busy, attempt: 1 },
        { commandId: free, attempt: 1 },
      ])
      .finally(() => (answered = true));
    const claimed = async (id: CommandId) =>
      (await other.query<{ n: number }>('select claimed_attempt as n from command where command_id = $1', [id]))
        .rows[0]!.n;
    await eventually(async () => expect(await claimed(free)).toBe(1));
    expect(answered).toBe(false);
    await other.query('commit');
    expect(await claims).toEqual([null, expect.any(Number)]);
    expect(await claimed(busy)).toBe(0);
  });

  it('at the deadline: what was claimed is never put back, and what was put back is never claimed', async () => {
    const rounds = Array.from({ length: 40 }, (_, n) => `device-${String(n)}`);
    const results = await Promise.all(
      rounds.map(async (deviceId, n) => {
        const commandId = await started(deviceId, 300);
        await wait(270 + n);
        const [[left]] = await Promise.all([
          store.attemptClaims.claim([{ commandId, attempt: 1 }]),
          engine.handle([{ kind: 'time-due', commandId, deviceId }]),
        ]);
        await wait(60);
        await engine.handle([{ kind: 'time-due', commandId, deviceId }]);
        return { claimed: left !== null, status: (await store.commandReader.head(commandId))!.state.status };
      }),
    );
    for (const { claimed, status } of results) expect(status).toBe(claimed ? 'timed-out' : 'queued');
    expect(new Set(results.map(({ claimed }) => claimed)).size).toBeGreaterThan(0);
  });

  it('of a command whose cancel has been confirmed is refused', async () => {
    const commandId = await started('d', 60_000);
    const about = { commandId, deviceId: 'd' };
    await engine.handle([{ ...about, kind: 'broker-refused', attempt: 1, reason: 'unavailable', detail: null }]);
    expect(await engine.handle([{ ...about, kind: 'cancel' }])).toMatchObject([{ kind: 'committed' }]);
    expect(await store.attemptClaims.claim([{ commandId, attempt: 1 }])).toEqual([null]);
  });
});
