import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  ALL_SHARDS,
  accepted,
  attemptStarted,
  happen,
  nextCommandId,
  requestFor,
  submit,
  type CommandStoreUnderTest,
  type OpenCommandStore,
} from './command-stories.js';

/** What every Outbox promises, together with the store that fills it. */
export function outboxContract(name: string, open: OpenCommandStore): void {
  describe(`${name} as an Outbox`, () => {
    let under: CommandStoreUnderTest;
    beforeEach(async () => {
      under = await open();
    });
    afterEach(() => under.close());

    it('gives every event back as the fact it was when it was committed', async () => {
      const commandId = nextCommandId();
      const request = requestFor('d');
      await happen(under.store, { commandId, deviceId: 'd' }, (loaded) => [
        accepted(loaded, request),
        attemptStarted(loaded, 1),
      ]);
      await happen(under.store, { commandId, deviceId: 'd' }, ({ now: at }) => [
        { type: 'CommandSucceeded', schema: 1, at, result: { ok: true } },
      ]);
      const facts = await under.outbox.leftovers(ALL_SHARDS, 0, 10);
      const history = await under.reader.history(commandId);
      const common = { request, lanePosition: 1 };
      expect(facts).toEqual([
        { ...history[0], ...common, statusBefore: 'none', status: 'queued' },
        { ...history[1], ...common, statusBefore: 'queued', status: 'sending' },
        { ...history[2], ...common, statusBefore: 'sending', status: 'succeeded' },
      ]);
    });

    it('knows the status before an event whose predecessors have been published already', async () => {
      const commandId = await submit(under.store, requestFor('d'));
      await under.outbox.remove([{ commandId, version: 1 }]);
      await happen(under.store, { commandId, deviceId: 'd' }, (loaded) => [attemptStarted(loaded, 1)]);
      expect(await under.outbox.leftovers(ALL_SHARDS, 0, 10)).toMatchObject([
        { commandId, version: 2, statusBefore: 'queued', status: 'sending' },
      ]);
    });

    it('forgets what is removed, and does not mind pointers that are gone or never were', async () => {
      const [gone, stays] = [await submit(under.store, requestFor('d')), await submit(under.store, requestFor('d'))];
      const pointers = [
        { commandId: gone, version: 1 },
        { commandId: nextCommandId(), version: 9 },
        { commandId: stays, version: 2 },
      ];
      await under.outbox.remove(pointers);
      await under.outbox.remove(pointers);
      await under.outbox.remove([]);
      expect(await under.outbox.leftovers(ALL_SHARDS, 0, 10)).toMatchObject([{ commandId: stays, version: 1 }]);
    });

    it('leaves young pointers to the process that wrote them', async () => {
      await submit(under.store, requestFor('d'));
      expect(await under.outbox.leftovers(ALL_SHARDS, 60_000, 10)).toEqual([]);
    });

    it('gives the oldest first and no more than asked for', async () => {
      const ids = [];
      for (let index = 0; index < 5; index++) ids.push(await submit(under.store, requestFor(`d${index}`)));
      const facts = await under.outbox.leftovers(ALL_SHARDS, 0, 3);
      expect(facts.map(({ commandId }) => commandId)).toEqual(ids.slice(0, 3));
    });

    it('keeps each device in one of 64 shards, for ever the same', async () => {
      for (let index = 0; index < 30; index++) await submit(under.store, requestFor(`d${index % 15}`));
      const shards = await Promise.all(ALL_SHARDS.map((shard) => under.outbox.leftovers([shard], 0, 100)));
      expect(shards.flat()).toHaveLength(30);
      for (let index = 0; index < 15; index++) {
        const own = shards.filter((facts) => facts.some(({ request }) => request.deviceId === `d${index}`));
        expect(own).toHaveLength(1);
      }
      expect(shards.filter((facts) => facts.length > 0).length).toBeGreaterThan(5);
      expect(await under.outbox.leftovers([], 0, 100)).toEqual([]);
    });
  });
}
