import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MAX_RECORD_BYTES, type DeadLetters, type NewDeadLetter } from '../ports/dead-letters.port.js';
import type { CommandStore } from '../ports/command-store.port.js';
import { nextCommandId, requestFor, submit } from './command-stories.js';

export interface DeadLettersUnderTest {
  readonly letters: DeadLetters;
  readonly store: CommandStore;
  /** A device of this application, which the registry knows. */
  declare(deviceId: string, applicationId: string): Promise<void>;
  close(): Promise<void>;
}

const bytes = (text: string) => new TextEncoder().encode(text);
const COMMAND = nextCommandId();
let offsets = 0;

/** A dead letter of a record of its own. */
export function aDeadLetter(over: Partial<NewDeadLetter> = {}): NewDeadLetter {
  return {
    origin: { topic: 'facts', partition: 3, offset: String((offsets += 1)), recordedAt: 1_800_000_000_000 },
    group: 'dispatcher',
    deviceId: 'd',
    commandId: COMMAND,
    attempts: 5,
    error: 'UnreadableMessage: not JSON',
    record: {
      key: bytes('d'),
      value: new Uint8Array([0, 255, 123]),
      headers: [
        ['type', bytes('AttemptStarted')],
        ['odd\u0000', new Uint8Array([0, 200])],
      ],
    },
    ...over,
  };
}

/** What every store of dead letters promises. */
export function deadLettersContract(name: string, open: () => Promise<DeadLettersUnderTest>): void {
  describe(`${name} as DeadLetters`, () => {
    let under: DeadLettersUnderTest;
    let letters: DeadLetters;
    beforeEach(async () => {
      under = await open();
      ({ letters } = under);
    });
    afterEach(() => under.close());

    it('keep a dead letter with all that is known of it, and its record byte for byte', async () => {
      const given = aDeadLetter();
      const kept = await letters.keep(given);
      const { group, record, ...rest } = given;
      expect(kept).toMatchObject({ ...rest, groups: [group], state: 'open', reason: null, settledAt: null });
      expect(kept).toMatchObject({ replayable: true, size: 1 + 3 + 4 + 14 + 4 + 2, hasLane: false });
      expect(Math.abs(kept.createdAt - Date.now())).toBeLessThan(60_000);
      expect(await letters.find(kept.id)).toEqual(kept);
      const stored = (await letters.record(kept.id))!;
      expect(stored.headers.map(([header]) => header)).toEqual(['type', 'odd\u0000']);
      const whole = [stored.key, stored.value, ...stored.headers.map(([, value]) => value)];
      const expected = [record.key, record.value, ...record.headers.map(([, value]) => value)];
      expect(whole.map((part) => [...part!])).toEqual(expected.map((part) => [...part!]));
    });

    it('keep a record without key, value and headers', async () => {
      const record = { key: null, value: null, headers: [] };
      const { id } = await letters.keep(aDeadLetter({ deviceId: null, commandId: null, record }));
      expect(await letters.record(id)).toEqual(record);
      expect(await letters.find(id)).toMatchObject({ deviceId: null, commandId: null, size: 0, hasLane: false });
    });

    it('say whether the device has a lane to block', async () => {
      await submit(under.store, requestFor('d'));
      expect(await letters.keep(aDeadLetter())).toMatchObject({ hasLane: true });
    });

    it('keep a record once, however often and by however many at once it is handed in', async () => {
      const given = aDeadLetter();
      const kept = await Promise.all(Array.from({ length: 8 }, () => letters.keep(given)));
      expect(new Set(kept.map(({ id }) => id)).size).toBe(1);
      expect(await letters.search({ limit: 10 })).toHaveLength(1);
    });

    it('take two records for two although their offsets are the same, when their topic was made anew between them', async () => {
      const given = aDeadLetter();
      const first = await letters.keep(given);
      const second = await letters.keep({ ...given, origin: { ...given.origin, recordedAt: 1_900_000_000_000 } });
      expect(second.id).not.toBe(first.id);
    });

    it('leave a dead letter as it was settled when its record comes again', async () => {
      const [first, second] = [aDeadLetter(), aDeadLetter()];
      const [replayed, discarded] = [await letters.keep(first), await letters.keep(second)];
      await letters.settle(replayed.id, { state: 'replayed' });
      await letters.settle(discarded.id, { state: 'discarded', reason: 'of no use' });
      expect(await letters.keep(first)).toMatchObject({ id: replayed.id, state: 'replayed' });
      expect(await letters.keep(second)).toMatchObject({ id: discarded.id, state: 'discarded', reason: 'of no use' });
    });

    it('add a second group to the same dead letter, and open it again only where it had been discarded', async () => {
      const [first, second] = [aDeadLetter(), aDeadLetter()];
      const [replayed, discarded] = [await letters.keep(first), await letters.keep(second)];
      await letters.settle(replayed.id, { state: 'replayed' });
      await letters.settle(discarded.id, { state: 'discarded', reason: 'of no use' });
      const other = { group: 'notifier', error: 'TypeError: other', attempts: 7 };
      const groups = ['dispatcher', 'notifier'];
      expect(await letters.keep({ ...first, ...other })).toMatchObject({ state: 'replayed', groups, attempts: 7 });
      expect(await letters.keep({ ...second, ...other })).toMatchObject({
        id: discarded.id,
        state: 'open',
        reason: null,
        settledAt: null,
        groups,
        error: 'TypeError: other',
      });
    });

    it('are settled once: the first word counts', async () => {
      const { id } = await letters.keep(aDeadLetter());
      const settled = await letters.settle(id, { state: 'discarded', reason: 'of no use' });
      expect(settled).toMatchObject({ id, state: 'discarded', reason: 'of no use' });
      expect(settled!.settledAt).not.toBeNull();
      expect(await letters.settle(id, { state: 'replayed' })).toEqual(settled);
      expect(await letters.settle(id, { state: 'discarded', reason: 'again' })).toEqual(settled);
      expect(await letters.settle('999999', { state: 'replayed' })).toBeUndefined();
    });

    it('of a record above the bound keep everything but its bytes', async () => {
      const record = { key: bytes('d'), value: new Uint8Array(MAX_RECORD_BYTES), headers: [] };
      const kept = await letters.keep(aDeadLetter({ record }));
      expect(kept).toMatchObject({ replayable: false, size: MAX_RECORD_BYTES + 1 });
      expect(await letters.record(kept.id)).toBeUndefined();
    });

    it('are listed the newest first, page by page, by device and by state', async () => {
      const ids: string[] = [];
      for (let n = 0; n < 5; n++) ids.unshift((await letters.keep(aDeadLetter({ deviceId: n < 3 ? 'a' : 'b' }))).id);
      await letters.settle(ids[0]!, { state: 'discarded' });
      const found = async (query: Omit<Parameters<DeadLetters['search']>[0], 'limit'>, limit = 10) =>
        (await letters.search({ ...query, limit })).map(({ id }) => id);
      expect(await found({})).toEqual(ids);
      expect(await found({}, 2)).toEqual(ids.slice(0, 2));
      expect(await found({ after: ids[1]! }, 2)).toEqual(ids.slice(2, 4));
      expect(await found({ deviceId: 'a' })).toEqual(ids.slice(2));
      expect(await found({ state: 'open' })).toEqual(ids.slice(1));
      expect(await found({ deviceId: 'b', state: 'discarded' })).toEqual([ids[0]]);
    });

    it('show an application those of its own devices only', async () => {
      await under.declare('mine', 'app-1');
      await under.declare('theirs', 'app-2');
      const mine = await letters.keep(aDeadLetter({ deviceId: 'mine' }));
      const theirs = await letters.keep(aDeadLetter({ deviceId: 'theirs' }));
      await letters.keep(aDeadLetter({ deviceId: 'stranger' }));
      await letters.keep(aDeadLetter({ deviceId: null }));
      expect((await letters.search({ applicationId: 'app-1', limit: 10 })).map(({ id }) => id)).toEqual([mine.id]);
      expect(await letters.search({ applicationId: 'app-1', deviceId: 'theirs', limit: 10 })).toEqual([]);
      expect(await letters.search({ limit: 10 })).toHaveLength(4);
      expect(await letters.find(mine.id, 'app-1')).toMatchObject({ id: mine.id });
      expect(await letters.find(theirs.id, 'app-1')).toBeUndefined();
    });
  });
}
