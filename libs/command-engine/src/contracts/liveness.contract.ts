import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isFinal, type CommandId, type CommandRequest, type Signal, type Submit } from '@downlink/command-domain';
import { createEngine } from '../create-engine.js';
import { DueRunner } from '../due-runner.js';
import type { Engine, Outcome } from '../outcome.js';
import {
  ALL_SHARDS,
  nextCommandId,
  requestFor,
  type CommandStoreUnderTest,
  type OpenCommandStore,
} from './command-stories.js';

const DEVICE = 'device';
/** The default policy with waits short enough to be awaited. */
const quick = (changes: Partial<CommandRequest> = {}): Partial<CommandRequest> => ({
  lifetimeMs: 400,
  policy: { ...requestFor(DEVICE).policy, firstWaitMs: 20, answerWithinMs: 100, maxRetransmit: 1 },
  ...changes,
});
const joining = (lifetimeMs = 30_000): Partial<CommandRequest> => ({ mode: 'immediate', lifetimeMs });

/** Nothing blocks for ever, over any store: what may be waited for has an end, and who waits for it moves on. */
export function livenessContract(name: string, open: OpenCommandStore): void {
  describe(`lanes over ${name}`, () => {
    let under: CommandStoreUnderTest;
    let engine: Engine;
    beforeEach(async () => {
      under = await open();
      engine = createEngine(under.store, { handOver: () => undefined });
    });
    afterEach(() => under.close());

    const submission = (changes: Partial<CommandRequest> = {}): Submit => {
      const request = requestFor(DEVICE, changes);
      return { kind: 'submit', commandId: nextCommandId(), deviceId: request.deviceId, request };
    };
    const submitted = async (...changes: Partial<CommandRequest>[]): Promise<CommandId[]> => {
      const signals = changes.map(submission);
      await engine.handle(signals);
      return signals.map(({ commandId }) => commandId);
    };
    const statesOf = async (ids: readonly CommandId[]) =>
      (await Promise.all(ids.map((id) => under.reader.head(id)))).map((head) => head!.state);
    const statusesOf = async (ids: readonly CommandId[]) => (await statesOf(ids)).map(({ status }) => status);
    const said = (outcomes: readonly Outcome[]) =>
      outcomes.map((outcome) => (outcome.kind === 'rejected' ? outcome.rejection.code : outcome.kind));
    const about = (commandId: CommandId) => ({ commandId, deviceId: DEVICE });
    const leaves: Signal = { kind: 'device-unreachable', deviceId: DEVICE };
    const refused = (commandId: CommandId): Signal => ({
      kind: 'broker-refused',
      ...about(commandId),
      attempt: 1,
      reason: 'no-subscriber',
      detail: null,
    });

    it('have an end for every command that is not final, whatever it waits for', async () => {
      const ids = await submitted({}, {}, { deviceId: 'away' }, { deviceId: 'sent' }, { deviceId: 'delivered' });
      const immediate = await submitted({
        ...joining(),
        policy: { ...requestFor(DEVICE).policy, immediate: 'bypass' },
      });
      const [, , away, sent, delivered] = ids;
      await engine.handle([
        { ...refused(away!), deviceId: 'away' } as Signal,
        { kind: 'broker-accepted', commandId: sent!, deviceId: 'sent', attempt: 1 },
        { kind: 'device-acknowledged', commandId: delivered!, deviceId: 'delivered' },
      ]);
      expect(await statusesOf(ids)).toEqual(['sending', 'queued', 'queued', 'sent', 'delivered']);
      const { commands } = await under.due.due(ALL_SHARDS, 600_000, 100);
      expect(new Set(commands.map(({ commandId }) => commandId))).toEqual(new Set([...ids, ...immediate]));
    });

    it('come to their end though no dispatcher, no broker and no device ever says a word', async () => {
      const ids = await submitted(...Array.from({ length: 5 }, () => quick()));
      const endless = new AbortController().signal;
      const runner = new DueRunner(under.due, engine, { lookAheadMs: 50, pageSize: 100, batchSize: 100 });
      const until = Date.now() + 10_000;
      while (!(await statesOf(ids)).every(isFinal) && Date.now() < until) await runner.round(ALL_SHARDS, endless);
      expect(new Set(await statusesOf(ids))).toEqual(new Set(['expired']));
      expect(await under.reader.lane(DEVICE)).toMatchObject({ queued: 0, inFlight: null });
    });

    it('give the next its turn when the command under way is given up, though its dispatcher died', async () => {
      const [first, second] = await submitted(quick({ lifetimeMs: 100 }), quick({ lifetimeMs: 60_000 }));
      const endless = new AbortController().signal;
      const runner = new DueRunner(under.due, engine, { lookAheadMs: 50, pageSize: 100, batchSize: 100 });
      const until = Date.now() + 10_000;
      while ((await statusesOf([second!]))[0] === 'queued' && Date.now() < until)
        await runner.round(ALL_SHARDS, endless);
      expect(await statusesOf([first!, second!])).toEqual(['expired', 'sending']);
    });

    it('are not moved by a signal under the name of another device', async () => {
      const [first, second] = await submitted({}, {});
      const foreign = { deviceId: 'other' };
      const outcomes = await engine.handle([
        { kind: 'cancel', commandId: second!, ...foreign },
        { kind: 'broker-accepted', commandId: first!, attempt: 1, ...foreign },
        { ...refused(first!), ...foreign } as Signal,
        { kind: 'time-due', commandId: first!, ...foreign },
      ]);
      expect(new Set(said(outcomes))).toEqual(new Set(['unknown-command']));
      expect(await statusesOf([first!, second!])).toEqual(['sending', 'queued']);
      expect(await under.reader.lane(DEVICE)).toMatchObject({ queued: 1, inFlight: first });
    });

    describe('with an immediate command that joins', () => {
      it('start it at once when nobody is before it, and after the others when somebody is', async () => {
        const [alone] = await submitted(joining());
        expect(await statusesOf([alone!])).toEqual(['sending']);
        const [behind] = await submitted(joining());
        expect(await statusesOf([behind!])).toEqual(['queued']);
        const answer = { outcome: 'succeeded', result: null } as const;
        await engine.handle([{ kind: 'device-answered', ...about(alone!), answer }]);
        expect(await statusesOf([behind!])).toEqual(['sending']);
      });

      it('refuse it while the device is away', async () => {
        await engine.handle([leaves]);
        expect(said(await engine.handle([submission(joining())]))).toEqual(['device-unreachable']);
      });

      it('end it when the device leaves before its turn, and keep the cached ones', async () => {
        const ids = await submitted({}, joining(), {}, joining());
        const [outcome] = await engine.handle([leaves]);
        expect(await statusesOf(ids)).toEqual(['sending', 'expired', 'queued', 'expired']);
        expect(outcome).toMatchObject({ events: [{ commandId: ids[1] }, { commandId: ids[3] }] });
        expect(await under.reader.lane(DEVICE)).toMatchObject({ queued: 1, inFlight: ids[0] });
      });

      it('end it when the broker had nobody for the command before it', async () => {
        const ids = await submitted({}, joining(), {});
        await engine.handle([refused(ids[0]!)]);
        expect(await statusesOf(ids)).toEqual(['queued', 'expired', 'queued']);
      });

      it('end it when it was submitted in the batch in which the device leaves', async () => {
        const signals = [submission(), submission(joining()), leaves];
        await engine.handle(signals);
        expect(await statusesOf([(signals[1] as Submit).commandId])).toEqual(['expired']);
      });

      it('let it expire when its turn does not come in time', async () => {
        const [, waiting] = await submitted({}, joining(0));
        const [outcome] = await engine.handle([{ kind: 'time-due', ...about(waiting!) }]);
        expect(outcome).toMatchObject({ kind: 'committed', head: { state: { status: 'expired' } } });
      });

      it('do not put it back into the queue when it reached nobody: it times out in the end', async () => {
        const [alone] = await submitted(joining());
        await engine.handle([refused(alone!)]);
        expect(await statusesOf([alone!])).toEqual(['sending']);
        expect(await under.reader.lane(DEVICE)).toMatchObject({ queued: 0, inFlight: alone });
      });
    });
  });
}
