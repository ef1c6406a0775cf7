import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CommandId, CommandRequest, SupersedeRule, Submit } from '@downlink/command-domain';
import { createEngine } from '../create-engine.js';
import type { Engine, Outcome } from '../outcome.js';
import type { CommittedFact } from '../ports/fact-relay.port.js';
import { nextCommandId, requestFor, type CommandStoreUnderTest, type OpenCommandStore } from './command-stories.js';

/** What gives way to a submission, over any store. */
export function supersedingContract(name: string, open: OpenCommandStore): void {
  describe(`superseding over ${name}`, () => {
    let under: CommandStoreUnderTest;
    let engine: Engine;
    let handedOver: CommittedFact[];
    beforeEach(async () => {
      under = await open();
      handedOver = [];
      engine = createEngine(under.store, { handOver: (facts) => void handedOver.push(...facts) });
    });
    afterEach(() => under.close());

    const submission = (changes: Partial<CommandRequest> = {}, supersedes?: SupersedeRule): Submit => {
      const request = requestFor('device', changes);
      const signal = { kind: 'submit', commandId: nextCommandId(), deviceId: request.deviceId, request } as const;
      return supersedes === undefined ? signal : { ...signal, supersedes };
    };
    /** These commands, in a batch of their own each. */
    const submitted = async (...signals: Submit[]): Promise<Submit[]> => {
      for (const signal of signals) await engine.handle([signal]);
      return signals;
    };
    const stateOf = async (command: { commandId: CommandId }) =>
      (await under.reader.head(command.commandId))?.state ?? { status: 'none' };
    const statusesOf = (commands: readonly Submit[]) =>
      Promise.all(commands.map(async (command) => (await stateOf(command)).status));
    const said = (outcomes: readonly Outcome[]) =>
      outcomes.map((outcome) => (outcome.kind === 'rejected' ? outcome.rejection.code : outcome.kind));

    it('takes what is queued, with a pointer to the successor, and leaves what is under way', async () => {
      const [first, second, third] = await submitted(submission(), submission(), submission());
      const successor = submission({}, 'all');
      const [outcome] = await engine.handle([successor]);
      expect(outcome).toMatchObject({
        kind: 'committed',
        events: [
          { commandId: second!.commandId, event: { type: 'CommandSuperseded', by: successor.commandId } },
          { commandId: third!.commandId, event: { type: 'CommandSuperseded', by: successor.commandId } },
          { commandId: successor.commandId, event: { type: 'CommandAccepted' } },
        ],
      });
      expect(await statusesOf([first!, second!, third!, successor])).toEqual([
        'sending',
        'superseded',
        'superseded',
        'queued',
      ]);
      expect(await stateOf(second!)).toMatchObject({ by: successor.commandId });
      expect(await under.reader.lane('device')).toMatchObject({ queued: 1, inFlight: first!.commandId });
      expect(handedOver.filter(({ event }) => event.type === 'CommandSuperseded')).toHaveLength(2);
    });

    it('takes only commands of the same service and method, when so asked', async () => {
      const commands = await submitted(
        submission(),
        submission(),
        submission({ method: 'dim' }),
        submission({ service: 'fan' }),
      );
      await engine.handle([submission({}, 'method')]);
      expect(await statusesOf(commands)).toEqual(['sending', 'superseded', 'queued', 'queued']);
    });

    it('takes only commands with the same key, when so asked, and none when there is no key', async () => {
      const commands = await submitted(
        submission(),
        submission({ supersedeKey: 'brightness' }),
        submission({ supersedeKey: 'colour' }),
        submission(),
      );
      await engine.handle([submission({}, 'key')]);
      expect(await statusesOf(commands)).toEqual(['sending', 'queued', 'queued', 'queued']);
      await engine.handle([submission({ supersedeKey: 'brightness' }, 'key')]);
      expect(await statusesOf(commands)).toEqual(['sending', 'superseded', 'queued', 'queued']);
    });

    it('leaves the commands of another application', async () => {
      const commands = await submitted(submission(), submission({ applicationId: 'other' }), submission());
      await engine.handle([submission({}, 'all')]);
      expect(await statusesOf(commands)).toEqual(['sending', 'queued', 'superseded']);
    });

    it('makes room: the cap is checked on what is left', async () => {
      const policy = { ...requestFor('device').policy, laneCap: 2 };
      const commands = await submitted(submission({ policy }), submission({ policy }), submission({ policy }));
      expect(said(await engine.handle([submission({ policy })]))).toEqual(['lane-full']);
      expect(said(await engine.handle([submission({ policy }, 'all')]))).toEqual(['committed']);
      expect(await statusesOf(commands)).toEqual(['sending', 'superseded', 'superseded']);
    });

    it('takes nothing when the successor itself is refused', async () => {
      const policy = { ...requestFor('device').policy, laneCap: 0 };
      const commands = await submitted(submission(), submission({ method: 'dim' }), submission());
      expect(said(await engine.handle([submission({ policy }, 'method')]))).toEqual(['lane-full']);
      expect(await statusesOf(commands)).toEqual(['sending', 'queued', 'queued']);
    });

    it('goes by the order of a batch: an earlier one gives way to a later one, and never the other way round', async () => {
      const batch = [submission(), submission(), submission({}, 'all'), submission({}, 'all'), submission()];
      await engine.handle(batch);
      expect(await statusesOf(batch)).toEqual(['sending', 'superseded', 'superseded', 'queued', 'queued']);
      expect(await stateOf(batch[1]!)).toMatchObject({ by: batch[2]!.commandId });
      expect(await stateOf(batch[2]!)).toMatchObject({ by: batch[3]!.commandId });
      const versions = await Promise.all(
        batch.map(async ({ commandId }) => (await under.reader.history(commandId)).map(({ version }) => version)),
      );
      expect(versions).toEqual([[1, 2], [1, 2], [1, 2], [1], [1]]);
    });

    it('takes what was put back in the same batch, and the lane no longer pauses for it', async () => {
      const [first] = await submitted(submission());
      const { commandId, deviceId } = first!;
      const reason = 'no-subscriber';
      const successor = submission({}, 'all');
      await engine.handle([
        { kind: 'broker-refused', commandId, deviceId, attempt: 1, reason, detail: null },
        successor,
      ]);
      expect(await statusesOf([first!, successor])).toEqual(['superseded', 'sending']);
    });

    it('gives the successor its turn when what was under way is over', async () => {
      const [first] = await submitted(submission(), submission());
      const successor = submission({}, 'all');
      const answer = { outcome: 'succeeded', result: null } as const;
      await engine.handle([
        successor,
        { kind: 'device-answered', commandId: first!.commandId, deviceId: 'device', answer },
      ]);
      expect(await statusesOf([first!, successor])).toEqual(['succeeded', 'sending']);
    });

    it('happens once, though the submission comes again', async () => {
      const [, second] = await submitted(submission(), submission());
      const successor = submission({}, 'all');
      await engine.handle([successor]);
      const [late] = await submitted(submission());
      expect(said(await engine.handle([successor]))).toEqual(['already-accepted']);
      expect(await statusesOf([second!, successor, late!])).toEqual(['superseded', 'queued', 'queued']);
    });

    it('is one unit of work for many devices', async () => {
      const of = (count: number, supersedes?: SupersedeRule) =>
        Array.from({ length: count }, (_, n) => submission({ deviceId: `device-${String(n % 50)}` }, supersedes));
      const earlier = of(150);
      await engine.handle(earlier);
      const outcomes = await engine.handle(of(50, 'all'));
      expect(new Set(said(outcomes))).toEqual(new Set(['committed']));
      const statuses = await statusesOf(earlier);
      expect(statuses.filter((status) => status === 'superseded')).toHaveLength(100);
      expect(statuses.filter((status) => status === 'sending')).toHaveLength(50);
    });
  });
}
