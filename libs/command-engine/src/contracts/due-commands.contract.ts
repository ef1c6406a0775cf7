import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AttemptNotSent } from '@downlink/command-domain';
import {
  ALL_SHARDS,
  attemptStarted,
  blockLane,
  happen,
  requestFor,
  submit,
  type CommandStoreUnderTest,
  type OpenCommandStore,
} from './command-stories.js';

/** What every DueCommands promises, together with the store that sets the deadlines. */
export function dueCommandsContract(name: string, open: OpenCommandStore): void {
  describe(`${name} as DueCommands`, () => {
    let under: CommandStoreUnderTest;
    beforeEach(async () => {
      under = await open();
    });
    afterEach(() => under.close());

    it('gives what is due, the earliest first, and leaves the rest for later', async () => {
      const late = await submit(under.store, requestFor('a'), -1000);
      const latest = await submit(under.store, requestFor('b'), -2000);
      await submit(under.store, requestFor('c'), 60_000);
      await submit(under.store, requestFor('d'));
      const { commands, now } = await under.due.due(ALL_SHARDS, 0, 10);
      expect(commands.map(({ commandId, deviceId }) => [commandId, deviceId])).toEqual([
        [latest, 'b'],
        [late, 'a'],
      ]);
      expect(commands[1]!.dueAt).toBeLessThanOrEqual(now - 1000);
    });

    it('looks ahead as far as asked, with the clock to compare by', async () => {
      await submit(under.store, requestFor('soon'), 30_000);
      await submit(under.store, requestFor('later'), 90_000);
      const { now, commands } = await under.due.due(ALL_SHARDS, 60_000, 10);
      expect(commands.map(({ deviceId }) => deviceId)).toEqual(['soon']);
      expect(commands[0]!.dueAt).toBeGreaterThan(now);
    });

    it('gives a page when more is due, and the clock also when nothing is', async () => {
      const { now, commands } = await under.due.due(ALL_SHARDS, 0, 10);
      expect([Number.isInteger(now), commands]).toEqual([true, []]);
      for (let index = 0; index < 5; index++) await submit(under.store, requestFor(`d${index}`), index - 100);
      const page = await under.due.due(ALL_SHARDS, 1000, 3);
      expect(page.commands.map(({ deviceId }) => deviceId)).toEqual(['d0', 'd1', 'd2']);
    });

    it('gives each command to the owner of its shard only', async () => {
      for (let index = 0; index < 12; index++) await submit(under.store, requestFor(`d${index}`), -1);
      const shards = await Promise.all(ALL_SHARDS.map((shard) => under.due.due([shard], 0, 100)));
      expect(shards.flatMap(({ commands }) => commands)).toHaveLength(12);
      const owned = shards.findIndex(({ commands }) => commands.length > 0);
      const others = ALL_SHARDS.filter((shard) => shard !== owned);
      const rest = await under.due.due(others, 0, 100);
      expect(rest.commands).toHaveLength(12 - shards[owned]!.commands.length);
    });

    it('leaves out what waits behind a dead letter, so that it holds up nobody, until it expires', async () => {
      const putBack: AttemptNotSent = {
        type: 'AttemptNotSent',
        schema: 1,
        at: 0,
        attempt: 1,
        reason: 'no-subscriber',
        detail: null,
        retryAt: 1,
      };
      const expiring = await submit(under.store, requestFor('blocked'), 30_000);
      await happen(under.store, { commandId: expiring, deviceId: 'blocked' }, (loaded) => [
        attemptStarted(loaded, 1),
        { ...putBack, at: loaded.now },
      ]);
      await submit(under.store, requestFor('blocked'), 300_000);
      const free = await submit(under.store, requestFor('free'), -1);
      const names = async (withinMs: number) =>
        (await under.due.due(ALL_SHARDS, withinMs, 10)).commands.map(({ commandId }) => commandId);
      expect(await names(0)).toEqual([expiring, free]);
      await blockLane(under.store, 'blocked');
      expect(await names(0)).toEqual([free]);
      const { now, commands } = await under.due.due(ALL_SHARDS, 60_000, 10);
      expect(commands.map(({ commandId }) => commandId)).toEqual([free, expiring]);
      expect(commands[1]!.dueAt).toBeGreaterThan(now);
    });

    it('keeps the deadlines of what is under way in a blocked lane', async () => {
      const commandId = await submit(under.store, requestFor('blocked'));
      await happen(under.store, { commandId, deviceId: 'blocked' }, (loaded) => [attemptStarted(loaded, 1, -1)]);
      await blockLane(under.store, 'blocked');
      expect((await under.due.due(ALL_SHARDS, 0, 10)).commands).toMatchObject([{ commandId }]);
    });

    it('moves with the command: the deadline of the attempt in place of the expiry, none at the end', async () => {
      const commandId = await submit(under.store, requestFor('d'), -1);
      await happen(under.store, { commandId, deviceId: 'd' }, (loaded) => [attemptStarted(loaded, 1, 45_000)]);
      expect((await under.due.due(ALL_SHARDS, 0, 10)).commands).toEqual([]);
      expect((await under.due.due(ALL_SHARDS, 60_000, 10)).commands).toMatchObject([{ commandId }]);
      await happen(under.store, { commandId, deviceId: 'd' }, ({ now: at }) => [
        { type: 'CommandTimedOut', schema: 1, at, waitedFor: 'acknowledgement' },
      ]);
      expect((await under.due.due(ALL_SHARDS, 60_000, 10)).commands).toEqual([]);
    });
  });
}
