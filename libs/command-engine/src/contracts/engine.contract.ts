import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CommandId, CommandRequest, Signal } from '@downlink/command-domain';
import { createEngine } from '../create-engine.js';
import type { Engine, Outcome } from '../outcome.js';
import type { CommittedFact } from '../ports/fact-relay.port.js';
import { nextCommandId, requestFor, type CommandStoreUnderTest, type OpenCommandStore } from './command-stories.js';

const DEVICE = 'device-1';

/** What `handle` promises, over any store. */
export function engineContract(name: string, open: OpenCommandStore): void {
  describe(`the engine over ${name}`, () => {
    let under: CommandStoreUnderTest;
    let engine: Engine;
    let handedOver: CommittedFact[];

    beforeEach(async () => {
      under = await open();
      handedOver = [];
      engine = createEngine(
        under.store,
        { handOver: (facts) => void handedOver.push(...facts) },
        { presenceLeaseMs: 60_000 },
      );
    });
    afterEach(() => under.close());

    const submission = (
      deviceId = DEVICE,
      changes: Partial<CommandRequest> = {},
    ): Signal & { commandId: CommandId } => ({
      kind: 'submit',
      commandId: nextCommandId(),
      deviceId,
      request: requestFor(deviceId, changes),
    });
    const answer = (commandId: CommandId, deviceId = DEVICE): Signal => ({
      kind: 'device-answered',
      commandId,
      deviceId,
      answer: { outcome: 'succeeded', result: { on: true } },
    });
    const said = (outcomes: readonly Outcome[]) =>
      outcomes.map((outcome) => (outcome.kind === 'rejected' ? outcome.rejection.code : outcome.kind));
    const history = async (commandId: CommandId) =>
      (await under.reader.history(commandId)).map(({ event }) => event.type);
    const status = async (commandId: CommandId) => (await under.reader.head(commandId))?.state.status;

    it('accepts a command and starts its first attempt in one transaction when the lane is idle', async () => {
      const first = submission();
      const [outcome] = await engine.handle([first]);
      expect(outcome).toMatchObject({ kind: 'committed', head: { version: 2, state: { status: 'sending' } } });
      expect(await history(first.commandId)).toEqual(['CommandAccepted', 'AttemptStarted']);
      expect(handedOver.map(({ version, status: after }) => [version, after])).toEqual([
        [1, 'queued'],
        [2, 'sending'],
      ]);
    });

    it('keeps the second command until the first is answered, and starts it in the transaction of the answer', async () => {
      const [first, second] = [submission(), submission()];
      await engine.handle([first, second]);
      expect(await status(second.commandId)).toBe('queued');
      await engine.handle([answer(first.commandId)]);
      expect(await status(first.commandId)).toBe('succeeded');
      expect(await status(second.commandId)).toBe('sending');
      expect(handedOver.at(-1)).toMatchObject({
        commandId: second.commandId,
        event: { type: 'AttemptStarted', attempt: 1 },
      });
    });

    it('gives the turn in lane order, whatever order the signals came in', async () => {
      const commands = Array.from({ length: 5 }, () => submission());
      await engine.handle(commands);
      for (const { commandId } of commands) {
        expect(await status(commandId)).toBe('sending');
        await engine.handle([answer(commandId)]);
      }
      expect(await under.reader.lane(DEVICE)).toMatchObject({ queued: 0, inFlight: null });
    });

    it('holds the cap whoever shares the batch: one in flight and three queued', async () => {
      const policy = { ...requestFor(DEVICE).policy, laneCap: 3 };
      const outcomes = await engine.handle(Array.from({ length: 6 }, () => submission(DEVICE, { policy })));
      expect(said(outcomes)).toEqual(['committed', 'committed', 'committed', 'committed', 'lane-full', 'lane-full']);
    });

    it('holds the cap under 50 concurrent submissions', async () => {
      const policy = { ...requestFor(DEVICE).policy, laneCap: 20 };
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, () => engine.handle([submission(DEVICE, { policy })])),
      );
      expect(said(outcomes.flat()).filter((word) => word === 'committed')).toHaveLength(21);
      expect(await under.reader.lane(DEVICE)).toMatchObject({ queued: 20 });
    });

    it('lets commands wait for a device that left, and starts them when it is back', async () => {
      await engine.handle([{ kind: 'device-unreachable', deviceId: DEVICE }]);
      const waiting = submission();
      await engine.handle([waiting]);
      expect(await status(waiting.commandId)).toBe('queued');
      await engine.handle([{ kind: 'device-reachable', deviceId: DEVICE }]);
      expect(await status(waiting.commandId)).toBe('sending');
    });

    it('does not write a lane again for every sign of life', async () => {
      await engine.handle([{ kind: 'device-reachable', deviceId: DEVICE }]);
      const before = await under.reader.lane(DEVICE);
      await engine.handle([{ kind: 'device-reachable', deviceId: DEVICE }]);
      expect(await under.reader.lane(DEVICE)).toEqual(before);
    });

    it('puts a command back that reached nobody, and does not start it again before the device shows itself', async () => {
      const lonely = submission();
      await engine.handle([lonely]);
      const { commandId } = lonely;
      await engine.handle([
        { kind: 'broker-refused', commandId, deviceId: DEVICE, attempt: 1, reason: 'no-subscriber', detail: null },
      ]);
      expect(await history(commandId)).toEqual(['CommandAccepted', 'AttemptStarted', 'AttemptNotSent']);
      await engine.handle([{ kind: 'device-reachable', deviceId: DEVICE }]);
      expect(await under.reader.head(commandId)).toMatchObject({ state: { status: 'sending', attempts: 2, tries: 1 } });
    });

    it('never starts a command whose withdrawal was confirmed', async () => {
      const [first, second] = [submission(), submission()];
      await engine.handle([first, second]);
      expect(said(await engine.handle([{ kind: 'cancel', commandId: second.commandId, deviceId: DEVICE }]))).toEqual([
        'committed',
      ]);
      await engine.handle([answer(first.commandId)]);
      expect(await history(second.commandId)).toEqual(['CommandAccepted', 'CommandCanceled']);
      expect(said(await engine.handle([{ kind: 'cancel', commandId: first.commandId, deviceId: DEVICE }]))).toEqual([
        'not-cancelable',
      ]);
    });

    it('passes the turn on over commands that have expired meanwhile', async () => {
      const [first, expired, last] = [submission(), submission(DEVICE, { lifetimeMs: 0 }), submission()];
      await engine.handle([first, expired, last]);
      await engine.handle([answer(first.commandId)]);
      expect(await status(expired.commandId)).toBe('expired');
      expect(await status(last.commandId)).toBe('sending');
    });

    it('records the answer of a foreign device on the command and leaves both lanes as they were', async () => {
      const command = submission();
      await engine.handle([command]);
      await engine.handle([answer(command.commandId, 'device-2')]);
      expect(await history(command.commandId)).toEqual(['CommandAccepted', 'AttemptStarted', 'AnswerRejected']);
      expect(await status(command.commandId)).toBe('sending');
      expect(await under.reader.lane(DEVICE)).toMatchObject({ inFlight: command.commandId });
    });

    it('answers a submission that comes again with what is there, and stores nothing twice', async () => {
      const command = submission();
      await engine.handle([command]);
      const [again] = await engine.handle([command]);
      expect(again).toMatchObject({ kind: 'rejected', rejection: { code: 'already-accepted' }, head: { version: 2 } });
      expect(await history(command.commandId)).toHaveLength(2);
    });

    it('says that it knows no such command, and stores nothing', async () => {
      const outcomes = await engine.handle([
        answer(nextCommandId()),
        { kind: 'time-due', commandId: nextCommandId(), deviceId: DEVICE },
      ]);
      expect(said(outcomes)).toEqual(['unknown-command', 'unknown-command']);
      expect(handedOver).toEqual([]);
    });

    it('gives every signal of a batch an outcome, in order, over many devices', async () => {
      const commands = Array.from({ length: 200 }, (_, n) => submission(`device-${n % 40}`));
      const outcomes = await engine.handle(commands);
      expect(outcomes.map(({ signal }) => signal)).toEqual(commands);
      expect(outcomes.filter((outcome) => outcome.kind === 'committed')).toHaveLength(200);
      expect(handedOver.filter(({ event }) => event.type === 'AttemptStarted')).toHaveLength(40);
    });
  });
}
