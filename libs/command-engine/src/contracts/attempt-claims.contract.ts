import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CommandId } from '@downlink/command-domain';
import { createEngine } from '../create-engine.js';
import type { Engine } from '../outcome.js';
import {
  attemptStarted,
  happen,
  nextCommandId,
  requestFor,
  submit,
  type CommandStoreUnderTest,
  type OpenCommandStore,
} from './command-stories.js';

/** What AttemptClaims promise, together with the store and the engine that decides by them. */
export function attemptClaimsContract(name: string, open: OpenCommandStore): void {
  describe(`${name} as AttemptClaims`, () => {
    let under: CommandStoreUnderTest;
    let engine: Engine;
    beforeEach(async () => {
      under = await open();
      engine = createEngine(under.store, { handOver: () => undefined });
    });
    afterEach(() => under.close());

    const start = (commandId: CommandId, attempt: number, waitMs?: number) =>
      happen(under.store, { commandId, deviceId: 'd' }, (loaded) => [attemptStarted(loaded, attempt, waitMs)]);
    const due = (commandId: CommandId) => engine.handle([{ kind: 'time-due', commandId, deviceId: 'd' }]);
    const once = { policy: { ...requestFor('d').policy, maxRetransmit: 0 } };
    const types = async (commandId: CommandId) =>
      (await under.reader.history(commandId)).map(({ event }) => event.type);

    it('give the time that is left to the current attempt that nobody confirmed, and null for all others', async () => {
      const [current, overdue, confirmed, queued] = [
        await submit(under.store, requestFor('d')),
        await submit(under.store, requestFor('d')),
        await submit(under.store, requestFor('d')),
        await submit(under.store, requestFor('d')),
      ];
      await start(current, 1);
      await start(current, 2, 30_000);
      await start(overdue, 1, -1);
      await start(confirmed, 1);
      await happen(under.store, { commandId: confirmed, deviceId: 'd' }, ({ now }) => [
        { type: 'AttemptSent', schema: 1, at: now, attempt: 1 },
      ]);
      const answers = await under.claims.claim([
        { commandId: overdue, attempt: 1 },
        { commandId: current, attempt: 2 },
        { commandId: current, attempt: 1 },
        { commandId: confirmed, attempt: 1 },
        { commandId: queued, attempt: 0 },
        { commandId: nextCommandId(), attempt: 1 },
        { commandId: current, attempt: 2 },
      ]);
      const left = answers[1]!;
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThanOrEqual(30_000);
      expect(answers).toEqual([null, left, null, null, null, null, left]);
      expect(await under.claims.claim([])).toEqual([]);
    });

    it('are renewed for the same attempt, because whoever claimed it may have died before publishing', async () => {
      const commandId = await submit(under.store, requestFor('d'));
      await start(commandId, 1);
      for (let time = 0; time < 3; time++) {
        expect(await under.claims.claim([{ commandId, attempt: 1 }])).toEqual([expect.any(Number)]);
      }
    });

    it('are told to whoever decides, and to nobody who only reads', async () => {
      const commandId = await submit(under.store, requestFor('d'));
      const loaded = () =>
        under.store.transact({ deviceIds: ['d'], commandIds: [commandId] }, async ({ heads }) => ({
          changes: { events: [], heads: [], lanes: [] },
          result: heads.get(commandId)?.claimedAttempt,
        }));
      await start(commandId, 1);
      expect(await loaded()).toBe(0);
      await under.claims.claim([{ commandId, attempt: 1 }]);
      expect(await loaded()).toBe(1);
      await start(commandId, 2);
      expect(await loaded()).toBe(1);
      expect(await under.reader.head(commandId)).not.toHaveProperty('claimedAttempt');
    });

    it('make a try of an attempt: unclaimed at its deadline it goes back to the queue and is not counted', async () => {
      const commandId = await submit(under.store, requestFor('d', once), 60_000);
      await start(commandId, 1, -1);
      expect(await due(commandId)).toMatchObject([
        { kind: 'committed', head: { state: { status: 'queued', tries: 0, attempts: 1, putBacks: 1 } } },
      ]);
      expect(await under.claims.claim([{ commandId, attempt: 1 }])).toEqual([null]);
      expect(await types(commandId)).toEqual(['CommandAccepted', 'AttemptStarted', 'AttemptNotSent']);
    });

    it('count an attempt once it is claimed, whatever became of it', async () => {
      const commandId = await submit(under.store, requestFor('d', once), 60_000);
      await start(commandId, 1, 200);
      await under.claims.claim([{ commandId, attempt: 1 }]);
      await new Promise((resolve) => setTimeout(resolve, 250));
      expect(await due(commandId)).toMatchObject([{ kind: 'committed', head: { state: { status: 'timed-out' } } }]);
    });

    it('lose against a lifetime: what nobody was asked before it ended has expired', async () => {
      const commandId = await submit(under.store, requestFor('d', once), -1);
      await start(commandId, 1, -1);
      await due(commandId);
      expect(await types(commandId)).toEqual(['CommandAccepted', 'AttemptStarted', 'AttemptNotSent', 'CommandExpired']);
    });
  });
}
