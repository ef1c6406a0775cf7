import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CommandRequest, Submit } from '@downlink/command-domain';
import { createEngine } from '../create-engine.js';
import type { Engine, Outcome } from '../outcome.js';
import type { CommittedFact } from '../ports/fact-relay.port.js';
import { nextCommandId, requestFor, type CommandStoreUnderTest, type OpenCommandStore } from './command-stories.js';

/** One key, one command: what the engine promises over any store. */
export function idempotencyContract(name: string, open: OpenCommandStore): void {
  describe(`idempotency keys over ${name}`, () => {
    let under: CommandStoreUnderTest;
    let engine: Engine;
    let handedOver: CommittedFact[];
    beforeEach(async () => {
      under = await open();
      handedOver = [];
      engine = createEngine(under.store, { handOver: (facts) => void handedOver.push(...facts) });
    });
    afterEach(() => under.close());

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
    const codeOf = (outcome: Outcome) => (outcome.kind === 'rejected' ? outcome.rejection.code : outcome.kind);
    const said = (outcomes: readonly Outcome[]) =>
      outcomes.map((outcome) =>
        outcome.kind === 'committed' ? [outcome.kind, outcome.head?.commandId] : codeOf(outcome),
      );
    const stored = async () => (await under.reader.search({ applicationId: 'app', offset: 0, limit: 100 })).total;

    it('make the same call again the same command, as it stands by then, and nothing happens', async () => {
      const first = call('k');
      await engine.handle([first]);
      const answer = { outcome: 'succeeded', result: 1 } as const;
      await engine.handle([{ kind: 'device-answered', commandId: first.commandId, deviceId: 'device', answer }]);
      const [again] = await engine.handle([call('k')]);
      expect(again).toMatchObject({
        kind: 'committed',
        events: [],
        head: { commandId: first.commandId, state: { status: 'succeeded', result: 1 } },
      });
      expect(new Set(handedOver.map(({ commandId }) => commandId))).toEqual(new Set([first.commandId]));
      expect(await stored()).toBe(1);
    });

    it('refuse another call under the same key, and store nothing of it', async () => {
      await engine.handle([call('k')]);
      const other = call('k', 'another digest');
      const [outcome] = await engine.handle([other]);
      expect(outcome).toEqual({
        kind: 'rejected',
        signal: other,
        rejection: { code: 'idempotency-key-reused' },
        head: null,
      });
      expect(await stored()).toBe(1);
    });

    it('belong to their application', async () => {
      const [mine, theirs] = [call('k'), call('k', 'another digest', { applicationId: 'other' })];
      expect(said(await engine.handle([mine, theirs]))).toEqual([
        ['committed', mine.commandId],
        ['committed', theirs.commandId],
      ]);
    });

    it('hold within one batch, for repeated and for other calls, on the same and on other devices', async () => {
      const first = call('k');
      const batch = [
        first,
        call('k'),
        call('k', 'another digest'),
        call('k', 'digest', { deviceId: 'device-2' }),
        call('l'),
      ];
      expect(said(await engine.handle(batch))).toEqual([
        ['committed', first.commandId],
        ['committed', first.commandId],
        'idempotency-key-reused',
        ['committed', first.commandId],
        ['committed', batch[4]!.commandId],
      ]);
      expect(await stored()).toBe(2);
    });

    it('answer a repeated call also when the lane is full by now, and nothing gives way a second time', async () => {
      const policy = { ...requestFor('device').policy, laneCap: 1 };
      const [underWay, first, next] = [call('j', 'digest', { policy }), call('k', 'digest', { policy }), call('l')];
      await engine.handle([underWay, first]);
      expect(said(await engine.handle([call('m', 'digest', { policy })]))).toEqual(['lane-full']);
      expect(said(await engine.handle([call('k', 'digest', { policy })]))).toEqual([['committed', first.commandId]]);
      await engine.handle([{ ...next, supersedes: 'all' }]);
      const later = call('n');
      await engine.handle([later]);
      const [again] = await engine.handle([{ ...call('l'), supersedes: 'all' }]);
      expect(again).toMatchObject({ kind: 'committed', events: [], head: { commandId: next.commandId } });
      expect((await under.reader.head(later.commandId))?.state.status).toBe('queued');
    });

    it('are not taken by a call that was refused', async () => {
      const policy = { ...requestFor('device').policy, laneCap: 0 };
      expect(said(await engine.handle([call('k', 'digest', { policy })]))).toEqual(['lane-full']);
      const second = call('k', 'another digest');
      expect(said(await engine.handle([second]))).toEqual([['committed', second.commandId]]);
    });

    it('are not taken by a unit of work that failed', async () => {
      const first = call('k');
      const bug = new Error('bug');
      const touch = { deviceIds: ['device'], commandIds: [], keys: [{ applicationId: 'app', key: 'k' }] };
      await expect(under.store.transact(touch, () => Promise.reject(bug))).rejects.toBe(bug);
      expect(said(await engine.handle([first]))).toEqual([['committed', first.commandId]]);
    });

    it('answer a signal that comes again with what it did', async () => {
      const first = call('k');
      await engine.handle([first]);
      expect(await engine.handle([first])).toMatchObject([{ kind: 'committed', events: [], head: { version: 2 } }]);
    });

    it('let one of 20 racing calls win, on 20 devices, and give all the same command', async () => {
      const calls = Array.from({ length: 20 }, (_, n) => call('k', 'digest', { deviceId: `device-${String(n)}` }));
      const outcomes = (await Promise.all(calls.map((one) => engine.handle([one])))).flat();
      expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['committed']));
      const ids = outcomes.map((outcome) => (outcome.kind === 'committed' ? outcome.head?.commandId : undefined));
      expect(new Set(ids).size).toBe(1);
      expect(await stored()).toBe(1);
      expect(new Set(handedOver.map(({ commandId }) => commandId))).toEqual(new Set([ids[0]]));
    });

    it('keep two racing batches with the same keys in opposite orders from waiting for each other', async () => {
      const keys = Array.from({ length: 10 }, (_, n) => `k${String(n)}`);
      const batches = [keys, keys.toReversed()].map((names, side) =>
        names.map((key, n) => call(key, 'digest', { deviceId: `${String(side)}-${String(n)}` })),
      );
      const outcomes = await Promise.all(batches.map((batch) => engine.handle(batch)));
      expect(said(outcomes[0]!)).toEqual(said(outcomes[1]!.toReversed()));
      expect(await stored()).toBe(10);
    });
  });
}
