import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { extendLease, newLane, type CommandEvent } from '@downlink/command-domain';
import {
  accepted,
  ALL_SHARDS,
  attemptStarted,
  changesOf,
  happen,
  nextCommandId,
  requestFor,
  submit,
  type CommandStoreUnderTest,
  type OpenCommandStore,
} from './command-stories.js';

const NOTHING = { events: [], heads: [], lanes: [] };

/** What every CommandStore promises; each test opens a store of its own. */
export function commandStoreContract(name: string, open: OpenCommandStore): void {
  describe(`${name} as a CommandStore`, () => {
    let under: CommandStoreUnderTest;
    beforeEach(async () => {
      under = await open();
    });
    afterEach(() => under.close());

    it('gives a fresh lane for a device never used, and no head for a command that does not exist', async () => {
      const touch = { deviceIds: ['new'], commandIds: [nextCommandId()] };
      const loaded = await under.store.transact(touch, async ({ lanes, heads }) => ({
        changes: NOTHING,
        result: { lane: lanes.get('new'), heads: heads.size },
      }));
      expect(loaded).toEqual({ lane: newLane('new'), heads: 0 });
    });

    it('stores nothing when there is no change, not even the lane that was locked', async () => {
      await under.store.transact({ deviceIds: ['d'], commandIds: [] }, async () => ({ changes: NOTHING, result: 0 }));
      expect(await under.reader.lane('d')).toBeUndefined();
      expect(await under.outbox.leftovers(ALL_SHARDS, 0, 10)).toEqual([]);
    });

    it('lets everybody read what has returned: head, history, lane, outbox', async () => {
      const request = requestFor('d', { parameters: { deep: [1, null, { ü: 'ß "quoted" \\ {}' }], big: 1.5e300 } });
      const commandId = await submit(under.store, request, 1000);
      const head = await under.reader.head(commandId);
      expect(head).toMatchObject({ commandId, version: 1, state: { status: 'queued', lanePosition: 1, request } });
      expect(await under.reader.history(commandId)).toEqual([
        { commandId, version: 1, event: expect.objectContaining({ type: 'CommandAccepted', request }) },
      ]);
      expect(await under.reader.lane('d')).toEqual({ ...newLane('d'), nextPosition: 2, queued: 1 });
      expect(await under.outbox.leftovers(ALL_SHARDS, 0, 10)).toHaveLength(1);
      const again = await under.store.transact({ deviceIds: ['d'], commandIds: [commandId] }, async (loaded) => ({
        changes: NOTHING,
        result: { head: loaded.heads.get(commandId), lane: loaded.lanes.get('d')?.queued },
      }));
      expect(again).toMatchObject({ head, lane: 1 });
    });

    it('keeps a whole life as it was: every event, state and member of the lane', async () => {
      const deviceId = 'd';
      const commandId = nextCommandId();
      const result = [{ value: 'x'.repeat(300) }, 0, false, null];
      const life: CommandEvent[] = [];
      await happen(under.store, { commandId, deviceId }, (loaded) => {
        life.push(accepted(loaded, requestFor(deviceId), loaded.now + 60_000), attemptStarted(loaded, 1));
        return life;
      });
      const inFlight = await under.reader.lane(deviceId);
      expect(inFlight).toMatchObject({ queued: 0, inFlight: commandId, inFlightSince: life[1]!.at });
      await happen(under.store, { commandId, deviceId }, ({ now: at }) => {
        const ending: CommandEvent[] = [
          { type: 'AttemptSent', schema: 1, at, attempt: 1 },
          { type: 'CommandDelivered', schema: 1, at, answerBy: at + 60_000 },
          { type: 'CommandFailed', schema: 1, at, result, code: 'E1' },
        ];
        life.push(...ending);
        return ending;
      });
      const history = await under.reader.history(commandId);
      expect(history.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5]);
      expect(history.map(({ event }) => event)).toEqual(life);
      const head = await under.reader.head(commandId);
      expect(head).toMatchObject({ version: 5, state: { status: 'failed', result, code: 'E1', attempts: 1 } });
      expect(await under.reader.lane(deviceId)).toMatchObject({ inFlight: null, inFlightSince: null });
    });

    it('keeps a change of the lane alone', async () => {
      const lane = await under.store.transact({ deviceIds: ['d'], commandIds: [] }, async ({ lanes, now }) => {
        const changed = { ...extendLease(lanes.get('d')!, now, 5000), retryAt: now + 1, blockedBy: 'topic/0/17' };
        return { changes: { ...NOTHING, lanes: [changed] }, result: changed };
      });
      expect(await under.reader.lane('d')).toEqual(lane);
    });

    it('takes a batch of many devices and commands, old and new, as one', async () => {
      const old = await submit(under.store, requestFor('d0'));
      const fresh = Array.from({ length: 50 }, (_, index) => ({ deviceId: `d${index}`, commandId: nextCommandId() }));
      const touch = {
        deviceIds: fresh.map(({ deviceId }) => deviceId),
        commandIds: [old, ...fresh.map(({ commandId }) => commandId)],
      };
      await under.store.transact(touch, async (loaded) => ({
        changes: changesOf(loaded, [
          { commandId: old, events: [attemptStarted(loaded, 1)] },
          ...fresh.map(({ deviceId, commandId }) => ({
            commandId,
            events: [accepted(loaded, requestFor(deviceId)), attemptStarted(loaded, 1)],
          })),
        ]),
        result: 0,
      }));
      expect(await under.reader.head(old)).toMatchObject({ version: 2, state: { status: 'sending' } });
      expect(await under.reader.lane('d49')).toMatchObject({ nextPosition: 2, inFlight: fresh[49]!.commandId });
      expect((await under.reader.search({ applicationId: 'app', offset: 0, limit: 1 })).total).toBe(51);
    });

    it('allows duplicates in what is touched', async () => {
      const commandId = nextCommandId();
      const touch = { deviceIds: ['d', 'd', 'd'], commandIds: [commandId, commandId] };
      await under.store.transact(touch, async (loaded) => ({
        changes: changesOf(loaded, [{ commandId, events: [accepted(loaded, requestFor('d'))] }]),
        result: 0,
      }));
      expect(await under.reader.lane('d')).toMatchObject({ queued: 1 });
    });

    it('hands back what the work returned', async () => {
      const touch = { deviceIds: [], commandIds: [] };
      expect(await under.store.transact(touch, async () => ({ changes: NOTHING, result: 'this' }))).toBe('this');
    });

    it('leaves nothing behind when the work throws, and throws the very same', async () => {
      const bug = new Error('bug');
      const touch = { deviceIds: ['d'], commandIds: [nextCommandId()] };
      await expect(under.store.transact(touch, () => Promise.reject(bug))).rejects.toBe(bug);
      expect(await under.reader.lane('d')).toBeUndefined();
      await submit(under.store, requestFor('d'));
      expect(await under.reader.lane('d')).toMatchObject({ nextPosition: 2 });
    });

    it('refuses a head that moved meanwhile, and writes nothing of the batch', async () => {
      const commandId = await submit(under.store, requestFor('d'));
      const other = nextCommandId();
      const stale = under.store.transact({ deviceIds: ['d'], commandIds: [commandId] }, async (loaded) => {
        const changes = changesOf(loaded, [
          { commandId, events: [attemptStarted(loaded, 1)] },
          { commandId: other, events: [accepted(loaded, requestFor('d'))] },
        ]);
        // As if somebody else had written version 2 in between.
        const events = changes.events.map((e) => (e.commandId === commandId ? { ...e, version: 3 } : e));
        const heads = changes.heads.map((h) =>
          h.commandId === commandId ? { ...h, version: 3, previousVersion: 2 } : h,
        );
        return { changes: { ...changes, events, heads }, result: 0 };
      });
      await expect(stale).rejects.toMatchObject({ code: 'version-conflict', retryable: true });
      expect(await under.reader.history(commandId)).toHaveLength(1);
      expect(await under.reader.head(other)).toBeUndefined();
      expect(await under.reader.lane('d')).toMatchObject({ queued: 1, nextPosition: 2 });
      expect(await under.outbox.leftovers(ALL_SHARDS, 0, 10)).toHaveLength(1);
    });

    it('refuses to create a command twice', async () => {
      const commandId = await submit(under.store, requestFor('d'));
      const twice = under.store.transact({ deviceIds: ['d'], commandIds: [] }, async (loaded) => ({
        changes: changesOf(loaded, [{ commandId, events: [accepted(loaded, requestFor('d'))] }]),
        result: 0,
      }));
      await expect(twice).rejects.toMatchObject({ code: 'version-conflict' });
      expect(await under.reader.history(commandId)).toHaveLength(1);
    });

    it('lets one unit of work at a time touch a lane, and each sees what the one before it wrote', async () => {
      let inside = 0;
      const positions = await Promise.all(
        Array.from({ length: 10 }, () => {
          const commandId = nextCommandId();
          return under.store.transact({ deviceIds: ['d'], commandIds: [commandId] }, async (loaded) => {
            inside += 1;
            expect(inside).toBe(1);
            await loaded.nextQueued(['d'], []);
            const changes = changesOf(loaded, [{ commandId, events: [accepted(loaded, requestFor('d'))] }]);
            inside -= 1;
            return { changes, result: loaded.lanes.get('d')!.nextPosition };
          });
        }),
      );
      expect(positions.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    });

    it('does not let a unit of work wait for another one on other devices', async () => {
      await under.store.transact({ deviceIds: ['a'], commandIds: [] }, async () => {
        await submit(under.store, requestFor('b'));
        return { changes: NOTHING, result: 0 };
      });
      expect(await under.reader.lane('b')).toMatchObject({ queued: 1 });
    });

    it('takes overlapping batches that name their devices in different orders, known or new', async () => {
      const devices = ['a', 'b', 'c', 'd', 'e'];
      await submit(under.store, requestFor('c'));
      await Promise.all(
        Array.from({ length: 20 }, (_, turn) => {
          const deviceIds = turn % 2 === 0 ? devices : devices.toReversed();
          const ids = deviceIds.map((deviceId) => ({ deviceId, commandId: nextCommandId() }));
          return under.store.transact({ deviceIds, commandIds: [] }, async (loaded) => ({
            changes: changesOf(
              loaded,
              ids.map(({ deviceId, commandId }) => ({ commandId, events: [accepted(loaded, requestFor(deviceId))] })),
            ),
            result: 0,
          }));
        }),
      );
      expect(await under.reader.lane('a')).toMatchObject({ queued: 20 });
      expect(await under.reader.lane('c')).toMatchObject({ queued: 21 });
    });

    it('finds the next in each queue, past those named, and none where the queue is empty', async () => {
      const [first, second] = [await submit(under.store, requestFor('d')), await submit(under.store, requestFor('d'))];
      const away = await submit(under.store, requestFor('away'));
      await happen(under.store, { commandId: away, deviceId: 'away' }, (loaded) => [attemptStarted(loaded, 1)]);
      const deviceIds = ['d', 'away', 'empty'];
      const found = await under.store.transact({ deviceIds, commandIds: [] }, async ({ nextQueued }) => ({
        changes: NOTHING,
        result: [
          await nextQueued(deviceIds, []),
          await nextQueued(deviceIds, [first]),
          await nextQueued(deviceIds, [first, second]),
          await nextQueued([], []),
        ].map((heads) => [...heads].map(([deviceId, head]) => [deviceId, head.commandId])),
      }));
      expect(found).toEqual([[['d', first]], [['d', second]], [], []]);
    });

    it('reads a clock that does not run backwards and is not ahead of a later look', async () => {
      const look = () =>
        under.store.transact({ deviceIds: [], commandIds: [] }, async ({ now }) => ({ changes: NOTHING, result: now }));
      const [first, second] = [await look(), await look()];
      expect(Number.isInteger(first)).toBe(true);
      expect(second).toBeGreaterThanOrEqual(first);
      expect((await under.due.due(ALL_SHARDS, 0, 1)).now).toBeGreaterThanOrEqual(second);
    });
  });
}
