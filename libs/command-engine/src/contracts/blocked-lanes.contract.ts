import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CommandId, CommandRequest, LaneSignal } from '@downlink/command-domain';
import { createEngine } from '../create-engine.js';
import { DeadLetterDesk } from '../dead-letter-desk.js';
import { DeadLetterIntake } from '../dead-letter-intake.js';
import { Fault } from '../fault.js';
import type { Engine } from '../outcome.js';
import type { NewDeadLetter, RawRecord, RecordReplayer } from '../ports/dead-letters.port.js';
import type { LaneSignals } from '../tell-lane.js';
import { nextCommandId, requestFor } from './command-stories.js';
import { aDeadLetter, type DeadLettersUnderTest } from './dead-letters.contract.js';
import type { CommandReader } from '../ports/command-reader.port.js';

export interface BlockedLanesUnderTest extends DeadLettersUnderTest {
  readonly reader: CommandReader;
}

const DEVICE = 'd';

/** What becomes of a lane while there are dead letters about its device. */
export function blockedLanesContract(name: string, open: () => Promise<BlockedLanesUnderTest>): void {
  describe(`lanes and dead letters over ${name}`, () => {
    let under: BlockedLanesUnderTest;
    let engine: Engine;
    let desk: DeadLetterDesk;
    let intake: DeadLetterIntake;
    let replayed: { topic: string; record: RawRecord }[];
    const records = {
      replay: async (topic: string, record: RawRecord) => void replayed.push({ topic, record }),
    };

    beforeEach(async () => {
      under = await open();
      engine = createEngine(under.store, { handOver: () => undefined }, { presenceLeaseMs: 60_000 });
      desk = deskOf(engine);
      intake = new DeadLetterIntake(under.letters, engine);
      replayed = [];
    });
    afterEach(() => under.close());

    const deskOf = (lanes: LaneSignals, by: RecordReplayer = records) =>
      new DeadLetterDesk({ letters: under.letters, lanes, records: by });
    const submit = async (changes: Partial<CommandRequest> = {}): Promise<CommandId> => {
      const commandId = nextCommandId();
      const request = requestFor(DEVICE, changes);
      await engine.handle([{ kind: 'submit', commandId, deviceId: DEVICE, request }]);
      return commandId;
    };
    const answer = (commandId: CommandId) =>
      engine.handle([
        { kind: 'device-answered', commandId, deviceId: DEVICE, answer: { outcome: 'succeeded', result: null } },
      ]);
    const status = async (commandId: CommandId) => (await under.reader.head(commandId))?.state.status;
    const blockedBy = async () => (await under.reader.lane(DEVICE))?.blockedBy;
    /** A lane whose first command is under way and whose second waits. */
    const twoCommands = async () => [await submit(), await submit()] as const;

    it('stand still from the first dead letter, whatever happens to the device, and move on after a discard', async () => {
      const [first, second] = await twoCommands();
      const { id } = await intake.receive(aDeadLetter());
      expect(await blockedBy()).toBe(id);
      await answer(first);
      await engine.handle([
        { kind: 'device-reachable', deviceId: DEVICE },
        { kind: 'lane-turn', deviceId: DEVICE },
      ]);
      expect([await status(first), await status(second)]).toEqual(['succeeded', 'queued']);
      expect(await desk.discard(id, 'of no use')).toMatchObject({ kind: 'done', letter: { state: 'discarded' } });
      expect(await blockedBy()).toBeNull();
      expect(await status(second)).toBe('sending');
    });

    it('let a command that bypasses the queue go out all the same: it has no place behind anybody', async () => {
      await twoCommands();
      await intake.receive(aDeadLetter());
      const policy = { ...requestFor(DEVICE).policy, immediate: 'bypass' as const };
      expect(await status(await submit({ mode: 'immediate', lifetimeMs: 0, policy }))).toBe('sending');
    });

    it('let what is queued expire', async () => {
      await submit();
      const short = await submit({ lifetimeMs: 0 });
      await intake.receive(aDeadLetter());
      await engine.handle([{ kind: 'time-due', commandId: short, deviceId: DEVICE }]);
      expect(await status(short)).toBe('expired');
    });

    it('stay blocked until every dead letter is dealt with, in whatever order, and give no turn in between', async () => {
      const [first, second] = await twoCommands();
      const ids: string[] = [];
      for (let n = 0; n < 3; n++) ids.push((await intake.receive(aDeadLetter())).id);
      await answer(first);
      await desk.discard(ids[1]!);
      expect(await blockedBy()).toBe(ids[0]);
      await desk.replay(ids[0]!);
      expect(await blockedBy()).toBe(ids[2]);
      expect(await status(second)).toBe('queued');
      await desk.discard(ids[2]!);
      expect(await status(second)).toBe('sending');
    });

    it('are blocked by a dead letter that was stored while another one was being dealt with', async () => {
      const [first, second] = await twoCommands();
      const { id } = await intake.receive(aDeadLetter());
      await answer(first);
      let late: string | undefined;
      const racing: LaneSignals = {
        handle: async (signals: readonly LaneSignal[]) => {
          // Its own signal comes when the lane is free already, or never.
          late = (await under.letters.keep(aDeadLetter())).id;
          return engine.handle(signals);
        },
      };
      await deskOf(racing).discard(id);
      expect(await blockedBy()).toBe(late);
      expect(await status(second)).toBe('queued');
    });

    it('are not left blocked by a dead letter that was dealt with before its lane was blocked', async () => {
      await twoCommands();
      const hasty: LaneSignals = {
        handle: async (signals: readonly LaneSignal[]) => {
          const [signal] = signals;
          if (signal?.kind === 'lane-blocked') await desk.discard(signal.deadLetter);
          return engine.handle(signals);
        },
      };
      expect(await new DeadLetterIntake(under.letters, hasty).receive(aDeadLetter())).toMatchObject({
        state: 'discarded',
      });
      expect(await blockedBy()).toBeNull();
    });

    it('put the record back on its topic before anything behind it leaves, once', async () => {
      const [first, second] = await twoCommands();
      const given = aDeadLetter();
      const { id } = await intake.receive(given);
      await answer(first);
      const watching = {
        replay: async (topic: string, record: RawRecord) => {
          expect(await status(second)).toBe('queued');
          await records.replay(topic, record);
        },
      };
      expect(await deskOf(engine, watching).replay(id)).toMatchObject({ kind: 'done', letter: { state: 'replayed' } });
      expect(await status(second)).toBe('sending');
      expect(await deskOf(engine, watching).replay(id)).toMatchObject({ kind: 'done', letter: { state: 'replayed' } });
      expect(replayed.map(({ topic }) => topic)).toEqual(['facts']);
      expect([...replayed[0]!.record.value!]).toEqual([...given.record.value!]);
    });

    it('are blocked again when what was replayed is poison again', async () => {
      await twoCommands();
      const first = await intake.receive(aDeadLetter());
      await desk.replay(first.id);
      expect(await blockedBy()).toBeNull();
      const again = await intake.receive(aDeadLetter());
      expect(again.id).not.toBe(first.id);
      expect(await blockedBy()).toBe(again.id);
    });

    it('are neither blocked nor freed by a record whose key is no device of ours', async () => {
      for (const deviceId of [null, 'stranger']) {
        const { id } = await intake.receive(aDeadLetter({ deviceId }));
        expect(await desk.discard(id)).toMatchObject({ kind: 'done' });
      }
      expect(await under.reader.lane('stranger')).toBeUndefined();
    });

    it('hear of what cannot be: unknown ids, a second opinion, a record too large to keep or of another topic', async () => {
      await twoCommands();
      expect(await desk.replay('404')).toEqual({ kind: 'unknown' });
      expect(await desk.discard('404')).toEqual({ kind: 'unknown' });
      const { id } = await intake.receive(aDeadLetter());
      await desk.discard(id);
      expect(await desk.replay(id)).toMatchObject({ kind: 'settled-otherwise', letter: { state: 'discarded' } });
      const tooLarge = { key: null, value: new Uint8Array(1_048_577), headers: [] };
      const large = await intake.receive(aDeadLetter({ record: tooLarge }));
      expect(await desk.replay(large.id)).toMatchObject({ kind: 'not-replayable' });
      const foreign = {
        replay: () => Promise.reject(new Fault('unknown-topic', 'not a topic of ours', { retryable: false })),
      };
      const kept = await intake.receive(aDeadLetter());
      expect(await deskOf(engine, foreign).replay(kept.id)).toMatchObject({ kind: 'not-replayable' });
      expect(await blockedBy()).toBe(large.id);
      expect(replayed).toEqual([]);
    });

    describe('after a crash between two steps', () => {
      class Crash extends Error {}
      const crash = () => Promise.reject(new Crash());
      const dead: LaneSignals = { handle: crash };
      const given = (): NewDeadLetter => aDeadLetter();

      it('the same record, which comes again, blocks the lane', async () => {
        await twoCommands();
        const letter = given();
        await expect(new DeadLetterIntake(under.letters, dead).receive(letter)).rejects.toThrow(Crash);
        const { id } = await intake.receive(letter);
        expect(await blockedBy()).toBe(id);
      });

      it('the same record, which comes again, blocks nothing when it was dealt with meanwhile', async () => {
        await twoCommands();
        const letter = given();
        const { id } = await intake.receive(letter);
        await desk.discard(id);
        expect(await intake.receive(letter)).toMatchObject({ id, state: 'discarded' });
        expect(await blockedBy()).toBeNull();
      });

      it.each(['replay', 'discard'] as const)('the same %s finishes what was begun', async (call) => {
        await twoCommands();
        const { id } = await intake.receive(given());
        const again = (at: DeadLetterDesk) => (call === 'replay' ? at.replay(id) : at.discard(id));
        await expect(again(deskOf(dead))).rejects.toThrow(Crash);
        expect(await blockedBy()).toBe(id);
        expect(await again(desk)).toMatchObject({ kind: 'done' });
        expect(await blockedBy()).toBeNull();
        expect(replayed).toHaveLength(call === 'replay' ? 1 : 0);
      });

      it('a replay that died right after the record was back puts it back twice rather than never', async () => {
        await twoCommands();
        const { id } = await intake.receive(given());
        const dying = {
          replay: async (topic: string, record: RawRecord) => {
            await records.replay(topic, record);
            throw new Crash();
          },
        };
        await expect(deskOf(engine, dying).replay(id)).rejects.toThrow(Crash);
        expect(await blockedBy()).toBe(id);
        expect(await desk.replay(id)).toMatchObject({ kind: 'done' });
        expect(replayed).toHaveLength(2);
      });
    });

    it('are blocked or free as their dead letters say, after many at once came and were dealt with', async () => {
      await twoCommands();
      const letters = Array.from({ length: 12 }, () => aDeadLetter());
      const ids = await Promise.all(
        letters.map(async (letter, n) => {
          const { id } = await intake.receive(letter);
          if (n % 3 !== 0) await desk.discard(id);
          return id;
        }),
      );
      const unsettled = ids.filter((_, n) => n % 3 === 0);
      expect(unsettled).toContain(await blockedBy());
      await Promise.all(unsettled.map((id) => desk.discard(id)));
      expect(await blockedBy()).toBeNull();
    });
  });
}
