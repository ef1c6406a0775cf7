import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CommandId, CommandRequest, JsonObject } from '@downlink/command-domain';
import {
  accepted,
  attemptStarted,
  happen,
  nextCommandId,
  requestFor,
  submit,
  type CommandStoreUnderTest,
  type OpenCommandStore,
} from './command-stories.js';

/** What every CommandReader promises, together with the store that it reads. */
export function commandReaderContract(name: string, open: OpenCommandStore): void {
  describe(`${name} as a CommandReader`, () => {
    let under: CommandStoreUnderTest;
    beforeEach(async () => {
      under = await open();
    });
    afterEach(() => under.close());

    const start = (commandId: CommandId, attempt: number, waitMs?: number) =>
      happen(under.store, { commandId, deviceId: 'd' }, (loaded) => [attemptStarted(loaded, attempt, waitMs)]);

    it('knows nothing of commands and lanes that are not there', async () => {
      expect(await under.reader.head(nextCommandId())).toBeUndefined();
      expect(await under.reader.history(nextCommandId())).toEqual([]);
      expect(await under.reader.lane('nobody')).toBeUndefined();
    });

    it('finds nothing under names that no device can have, and does not fail', async () => {
      const deviceId = 'a\u0000b';
      expect(await under.reader.lane(deviceId)).toBeUndefined();
      expect(await under.reader.byCorrelation([{ deviceId, correlation: 1 }])).toEqual([undefined]);
      const search = under.reader.search({ applicationId: 'app', deviceId, offset: 0, limit: 1 });
      expect(await search).toEqual({ heads: [], total: 0 });
    });

    it('tells a history in order', async () => {
      const commandId = await submit(under.store, requestFor('d'));
      for (let attempt = 1; attempt <= 12; attempt++) await start(commandId, attempt);
      const history = await under.reader.history(commandId);
      expect(history.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    });

    describe('searching', () => {
      const search = async (query: Partial<Parameters<CommandStoreUnderTest['reader']['search']>[0]>) => {
        const { heads, total } = await under.reader.search({ applicationId: 'app', offset: 0, limit: 10, ...query });
        return { ids: heads.map(({ commandId }) => commandId), total };
      };
      const several = async (count: number, changes?: Partial<CommandRequest>) => {
        const ids: CommandId[] = [];
        for (let index = 0; index < count; index++) ids.unshift(await submit(under.store, requestFor('d', changes)));
        return ids;
      };

      it('gives the newest first, a page at a time, and how many there are in all', async () => {
        const ids = await several(5);
        expect(await search({})).toEqual({ ids, total: 5 });
        expect(await search({ offset: 1, limit: 2 })).toEqual({ ids: ids.slice(1, 3), total: 5 });
        expect(await search({ offset: 9 })).toEqual({ ids: [], total: 5 });
        expect(await search({ limit: 0 })).toEqual({ ids: [], total: 5 });
      });

      it('shows nothing of another application', async () => {
        await several(2, { applicationId: 'other' });
        expect(await search({})).toEqual({ ids: [], total: 0 });
      });

      it('narrows by device, by statuses and by both', async () => {
        const [second, first] = await several(2);
        const elsewhere = await submit(under.store, requestFor('elsewhere'));
        await start(first!, 1);
        expect(await search({ deviceId: 'd' })).toEqual({ ids: [second, first], total: 2 });
        expect(await search({ statuses: ['queued'] })).toEqual({ ids: [elsewhere, second], total: 2 });
        expect(await search({ deviceId: 'd', statuses: ['sending', 'sent'] })).toEqual({ ids: [first], total: 1 });
        expect(await search({ statuses: [] })).toEqual({ ids: [], total: 0 });
      });

      it('turns the order round for who asks for the oldest first', async () => {
        const ids = (await several(5)).reverse();
        expect(await search({ order: 'oldest' })).toEqual({ ids, total: 5 });
        expect(await search({ order: 'oldest', offset: 1, limit: 2 })).toEqual({ ids: ids.slice(1, 3), total: 5 });
      });

      it('goes on behind a command, whatever was accepted meanwhile', async () => {
        const ids = await several(5);
        const after = ids[1]!;
        const [newer] = await several(1);
        expect(await search({ after, limit: 2 })).toEqual({ ids: ids.slice(2, 4), total: 6 });
        expect(await search({ after, offset: 1 })).toEqual({ ids: ids.slice(3), total: 6 });
        expect(await search({ after: ids.at(-1)! })).toEqual({ ids: [], total: 6 });
        expect(await search({ after, order: 'oldest' })).toEqual({ ids: [ids[0], newer], total: 6 });
        expect(await search({ after: nextCommandId(), limit: 1 })).toEqual({ ids: [newer], total: 6 });
      });

      it('narrows by several devices, by services and by methods', async () => {
        const [lamp, door] = [
          await submit(under.store, requestFor('a', { service: 'lamp', method: 'switch' })),
          await submit(under.store, requestFor('b', { service: 'door', method: 'open' })),
        ];
        const dim = await submit(under.store, requestFor('c', { service: 'lamp', method: 'dim' }));
        expect(await search({ deviceIds: ['a', 'c', 'nobody'] })).toEqual({ ids: [dim, lamp], total: 2 });
        expect(await search({ deviceIds: ['a', 'b'], deviceId: 'b' })).toEqual({ ids: [door], total: 1 });
        expect(await search({ services: ['lamp'] })).toEqual({ ids: [dim, lamp], total: 2 });
        expect(await search({ services: ['lamp'], methods: ['switch', 'open'] })).toEqual({ ids: [lamp], total: 1 });
        expect(await search({ methods: ['open', 'dim'] })).toEqual({ ids: [dim, door], total: 2 });
        for (const none of [{ deviceIds: [] }, { services: [] }, { methods: [] }, { services: ['a\u0000b'] }]) {
          expect(await search(none)).toEqual({ ids: [], total: 0 });
        }
      });

      it('narrows to calls of services together with writes of properties', async () => {
        const asked = (service: string, parameters: JsonObject) =>
          submit(under.store, requestFor('d', { service, method: 'm', parameters }));
        const call = await asked('lamp', { level: 1 });
        const write = await asked('properties', { level: 1 });
        await asked('properties', { colour: 1 });
        const targets = (services: string[], properties: string[]) => search({ targets: { services, properties } });
        expect(await targets(['lamp'], ['level'])).toEqual({ ids: [write, call], total: 2 });
        expect(await targets([], ['level', 'other'])).toEqual({ ids: [write], total: 1 });
        expect(await targets(['lamp'], [])).toEqual({ ids: [call], total: 1 });
        expect(await targets([], [])).toEqual({ ids: [], total: 0 });
        expect(await targets(['a\u0000b'], ['a\u0000b'])).toEqual({ ids: [], total: 0 });
      });

      it('gives a page without counting', async () => {
        const ids = await several(3);
        const query = { applicationId: 'app', limit: 2, count: false } as const;
        const idsOf = async (after?: CommandId) =>
          (await under.reader.search({ ...query, ...(after && { after }) })).heads.map(({ commandId }) => commandId);
        expect(await idsOf()).toEqual(ids.slice(0, 2));
        expect(await idsOf(ids[1])).toEqual(ids.slice(2));
      });

      it('bounds the acceptance time: from inclusive, until exclusive', async () => {
        const [id] = await several(1);
        const at = (await under.reader.head(id!))!.state.acceptedAt;
        expect(await search({ from: at, until: at + 1 })).toEqual({ ids: [id], total: 1 });
        expect(await search({ from: at + 1 })).toEqual({ ids: [], total: 0 });
        expect(await search({ until: at })).toEqual({ ids: [], total: 0 });
        expect(await search({ from: 0, until: 8_640_000_000_000 })).toEqual({ ids: [id], total: 1 });
      });
    });

    describe('reading what waits', () => {
      const end = (commandId: CommandId, deviceId = 'd') =>
        happen(under.store, { commandId, deviceId }, ({ now }) => [{ type: 'CommandCanceled', schema: 1, at: now }]);

      it('gives the heads of those commands that are final, and of no others', async () => {
        const [queued, over, started] = [
          await submit(under.store, requestFor('d')),
          await submit(under.store, requestFor('d')),
          await submit(under.store, requestFor('d')),
        ];
        await end(over);
        await start(started, 1);
        const heads = await under.reader.finalHeads([queued, over, started, nextCommandId(), over]);
        expect(heads).toEqual([await under.reader.head(over)]);
        expect(await under.reader.finalHeads([])).toEqual([]);
      });

      it('gives those that were delivered besides, where it is asked for them', async () => {
        const [started, received] = [
          await submit(under.store, requestFor('d')),
          await submit(under.store, requestFor('d')),
        ];
        await start(started, 1);
        await start(received, 1);
        await happen(under.store, { commandId: received, deviceId: 'd' }, ({ now }) => [
          { type: 'CommandDelivered', schema: 1, at: now, answerBy: now + 1_000 },
        ]);
        const ids = [started, received];
        expect((await under.reader.finalHeads(ids, 'delivered')).map(({ commandId }) => commandId)).toEqual([received]);
        expect(await under.reader.finalHeads(ids)).toEqual([]);
      });

      it('gives a command with its lane, who holds it and who is first in its queue', async () => {
        const [held, first, second, third] = [
          await submit(under.store, requestFor('d')),
          await submit(under.store, requestFor('d')),
          await submit(under.store, requestFor('d')),
          await submit(under.store, requestFor('d')),
        ];
        await submit(under.store, requestFor('elsewhere'));
        await start(held, 1);
        const head = (commandId: CommandId) => under.reader.head(commandId);
        const situation = await under.reader.situation(third);
        expect(situation).toEqual({
          now: expect.any(Number),
          head: await head(third),
          lane: await under.reader.lane('d'),
          firstQueued: await head(first),
          inFlight: await head(held),
          ahead: 2,
        });
        expect(situation!.now).toBeGreaterThanOrEqual(situation!.head.state.acceptedAt);
        expect(await under.reader.situation(first)).toMatchObject({ ahead: 0, firstQueued: { commandId: first } });
        expect(await under.reader.situation(held)).toMatchObject({ ahead: 0, inFlight: { commandId: held } });
        for (const commandId of [held, first, second, third]) await end(commandId);
        expect(await under.reader.situation(third)).toMatchObject({ firstQueued: null, inFlight: null, ahead: 0 });
        expect(await under.reader.situation(nextCommandId())).toBeUndefined();
      });
    });

    describe('finding by correlation', () => {
      const at = async (lanePosition: number) => {
        const commandId = nextCommandId();
        await happen(under.store, { commandId, deviceId: 'd' }, (loaded) => [
          { ...accepted(loaded, requestFor('d')), lanePosition },
        ]);
        return commandId;
      };

      it('answers in the order of the questions, undefined where there is none', async () => {
        const [one, two] = [await at(1), await at(2)];
        const questions = [
          { deviceId: 'd', correlation: 2 },
          { deviceId: 'nobody', correlation: 1 },
          { deviceId: 'd', correlation: 3 },
          { deviceId: 'd', correlation: 0 },
          { deviceId: 'd', correlation: 70_000 },
          { deviceId: 'd', correlation: 1 },
          { deviceId: 'd', correlation: 2 },
        ];
        const answers = await under.reader.byCorrelation(questions);
        expect(answers).toEqual([two, undefined, undefined, undefined, undefined, one, two]);
        expect(await under.reader.byCorrelation([])).toEqual([]);
      });

      it('finds the latest after the numbers have started again at 1', async () => {
        const early = [await at(1), await at(5)];
        const [end, again] = [await at(65_535), await at(65_536)];
        const ask = () =>
          under.reader.byCorrelation([1, 5, 65_535].map((correlation) => ({ deviceId: 'd', correlation })));
        expect(await ask()).toEqual([again, early[1], end]);
        const fifth = await at(65_540);
        expect(await ask()).toEqual([again, fifth, end]);
      });
    });
  });
}
