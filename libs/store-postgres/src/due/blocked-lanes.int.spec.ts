import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { block, type CommandId } from '@downlink/command-domain';
import type { Loaded } from '@downlink/command-engine';
import {
  accepted,
  ALL_SHARDS,
  attemptStarted,
  changesOf,
  nextCommandId,
  requestFor,
} from '@downlink/command-engine/contracts';
import { createPool, type PostgresStore } from '../index.js';
import { openStore, type OpenStore } from '../spec-support/open-store.js';
import { FIND_DUE_COMMANDS } from './find-due-commands.js';

const BLOCKED = 5_000;
const BATCH = 500;

/** Put back long ago: its probe has been due ever since. */
const putBack = (loaded: Loaded, deviceId: string, commandId: CommandId, expiresAt: number) => ({
  commandId,
  events: [
    accepted(loaded, requestFor(deviceId), expiresAt),
    attemptStarted(loaded, 1),
    {
      type: 'AttemptNotSent' as const,
      schema: 1 as const,
      at: loaded.now,
      attempt: 1,
      reason: 'no-subscriber' as const,
      detail: null,
      retryAt: 1,
    },
  ],
});

describe('commands due behind dead letters', () => {
  let database: OpenStore;
  let store: PostgresStore;
  let free: CommandId;
  let expired: CommandId;

  const putBackAll = (devices: readonly string[], over: { blocked: boolean; expiresInMs: number }) =>
    store.commandStore.transact({ deviceIds: devices, commandIds: [] }, async (loaded) => {
      const happenings = devices.map((device) =>
        putBack(loaded, device, nextCommandId(), loaded.now + over.expiresInMs),
      );
      const changes = changesOf(loaded, happenings);
      const lanes = changes.lanes.map((lane) => (over.blocked ? block(lane, '1') : lane));
      return { changes: { ...changes, lanes }, result: happenings[0]!.commandId };
    });

  beforeAll(async () => {
    database = await openStore();
    ({ store } = database);
    for (let from = 0; from < BLOCKED; from += BATCH) {
      const devices = Array.from({ length: BATCH }, (_, n) => `blocked-${from + n}`);
      await putBackAll(devices, { blocked: true, expiresInMs: 3_600_000 });
    }
    expired = await putBackAll(['expired'], { blocked: true, expiresInMs: -1 });
    free = await putBackAll(['free'], { blocked: false, expiresInMs: 3_600_000 });
  });
  afterAll(() => database.close());

  it('let 5,000 of them hold up nobody, and expire on time', async () => {
    const { commands } = await store.dueCommands.due(ALL_SHARDS, 0, 2);
    expect(commands.map(({ commandId }) => commandId)).toEqual([free, expired]);
    const later = await store.dueCommands.due(ALL_SHARDS, 3_700_000, 10_000);
    expect(later.commands).toHaveLength(BLOCKED + 2);
    expect(later.commands.at(-1)!.dueAt).toBeGreaterThan(later.now);
  });

  it('are passed over by the index of deadlines and the index of blocked lanes, whatever the statistics say', async () => {
    const pool = createPool({
      url: database.url,
      size: 1,
      applicationName: 'plans',
      onConnectionError: (error) => {
        throw error;
      },
    });
    const planned = async () => {
      const { rows } = await pool.query<Record<string, string>>(`explain (generic_plan) ${FIND_DUE_COMMANDS}`);
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    };
    const fresh = await planned();
    await pool.query('analyze');
    for (const plan of [fresh, await planned()]) {
      expect(plan).toMatch(/Index Scan using command_\w+_due_at_shard_idx/);
      expect(plan).toMatch(/Index Only Scan using device_lane_blocked/);
      expect(plan).not.toContain('Seq Scan');
    }
    await pool.end();
  });
});
