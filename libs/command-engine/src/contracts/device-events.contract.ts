import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CommandId } from '@downlink/command-domain';
import type { DeviceEvents, DeviceEventsQuestion, EventPlace } from '../ports/command-reader.port.js';
import {
  attemptStarted,
  happen,
  nextCommandId,
  requestFor,
  submit,
  type CommandStoreUnderTest,
  type OpenCommandStore,
} from './command-stories.js';

const START: EventPlace = { at: 0, commandId: '0000000000000000000' as CommandId, version: 0 };

/** What every CommandReader promises to those who follow a device. */
export function deviceEventsContract(name: string, open: OpenCommandStore): void {
  describe(`${name} as a source of a device's events`, () => {
    let under: CommandStoreUnderTest;
    beforeEach(async () => {
      under = await open();
    });
    afterEach(() => under.close());

    const start = (commandId: CommandId, attempt: number) =>
      happen(under.store, { commandId, deviceId: 'd' }, (loaded) => [attemptStarted(loaded, attempt)]);
    const finish = (commandId: CommandId) =>
      happen(under.store, { commandId, deviceId: 'd' }, ({ now }) => [{ type: 'CommandCanceled', schema: 1, at: now }]);
    /** Lets others have their turn first: a store in memory never waits by itself. */
    const ask = async (question: Partial<DeviceEventsQuestion> = {}) => {
      await setImmediate();
      return under.reader.deviceEvents({ deviceId: 'd', after: START, limit: 100, ...question });
    };
    /** Looks until nothing of the last ms is held back. */
    const settled = async (question: Partial<DeviceEventsQuestion> = {}): Promise<DeviceEvents> => {
      for (;;) {
        const found = await ask(question);
        if (!found.more) return found;
      }
    };
    const namesOf = ({ events }: DeviceEvents) =>
      events.map(({ commandId, version }) => `${commandId}-${String(version)}`);
    const behind = ({ events }: DeviceEvents): EventPlace => {
      const { commandId, version, event } = events.at(-1)!;
      return { at: event.at, commandId, version };
    };

    it('knows nothing of a device without commands', async () => {
      expect(await ask()).toEqual({ now: expect.any(Number), events: [], more: false, open: [], nextPosition: 1 });
    });

    it('gives the events of all commands of the device in the order in which they were written, and no others', async () => {
      const one = await submit(under.store, requestFor('d'));
      const two = await submit(under.store, requestFor('d'));
      await submit(under.store, requestFor('elsewhere'));
      await start(one, 1);
      await finish(two);
      const found = await settled();
      expect(namesOf(found).toSorted()).toEqual([`${one}-1`, `${one}-2`, `${two}-1`, `${two}-2`]);
      const times = found.events.map(({ event }) => event.at);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(found).toMatchObject({ open: [one], nextPosition: 3 });
      expect(found.now).toBeGreaterThan(times.at(-1)!);
    });

    it('goes on behind a place, event by event, whatever has come meanwhile', async () => {
      const one = await submit(under.store, requestFor('d'));
      for (let attempt = 1; attempt <= 4; attempt++) await start(one, attempt);
      const all = namesOf(await settled());
      const seen: string[] = [];
      let after = START;
      for (;;) {
        const page = await ask({ after, limit: 2 });
        seen.push(...namesOf(page));
        if (page.events.length > 0) after = behind(page);
        if (!page.more) break;
      }
      expect(seen).toEqual(all);
      const two = await submit(under.store, requestFor('d'));
      expect(namesOf(await settled({ after }))).toEqual([`${two}-1`]);
    });

    it('looks only where it is told to', async () => {
      const [one, two, three] = [
        await submit(under.store, requestFor('d')),
        await submit(under.store, requestFor('d')),
        await submit(under.store, requestFor('d')),
      ];
      await finish(three);
      const among = { commandIds: [one, nextCommandId()], fromPosition: 3 };
      const found = await settled({ among });
      expect(namesOf(found).toSorted()).toEqual([`${one}-1`, `${three}-1`, `${three}-2`]);
      expect(found).toMatchObject({ open: [one], nextPosition: 4 });
      expect(namesOf(await settled({ among: { commandIds: [two], fromPosition: 9 } }))).toEqual([`${two}-1`]);
    });

    it('leaves out what other devices answered', async () => {
      const one = await submit(under.store, requestFor('d'));
      await happen(under.store, { commandId: one, deviceId: 'd' }, ({ now }) => [
        { type: 'AnswerRejected', schema: 1, at: now, reason: 'wrong-device', detail: 'other' },
        { type: 'AnswerRejected', schema: 1, at: now, reason: 'unreadable', detail: null },
      ]);
      expect(namesOf(await settled())).toEqual([`${one}-1`, `${one}-3`]);
    });

    it('misses none and gives none twice while many write', async () => {
      let written = false;
      const writing = Promise.all(
        Array.from({ length: 30 }, async () => {
          const id = await submit(under.store, requestFor('d'));
          await start(id, 1);
          await finish(id);
        }),
      ).then(() => (written = true));
      const seen: string[] = [];
      let after = START;
      for (let last = false; !last;) {
        // One more look, to the end, when nobody writes any more.
        last = written;
        for (let more = true; more;) {
          const page = await ask({ after, limit: 7 });
          seen.push(...namesOf(page));
          if (page.events.length > 0) after = behind(page);
          more = page.more;
        }
      }
      await writing;
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen).toHaveLength(90);
    });
  });
}
