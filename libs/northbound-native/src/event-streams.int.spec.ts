import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CommandId } from '@downlink/command-domain';
import { attemptStarted, happen, requestFor, submit as submitUnheard } from '@downlink/command-engine/contracts';
import { eventually } from '@downlink/testing';
import { APPLICATION_KEY, FOREIGN_KEY } from './spec-support/native-client.js';
import { expectProblem, idOf, startNative, type NativeWorld } from './spec-support/native-world.js';
import { openStream, type OpenStream } from './spec-support/open-stream.js';

const LOOK_EVERY_MS = 300;

describe('streams of events', () => {
  let world: NativeWorld;
  let deviceId: string;
  const open: OpenStream[] = [];
  beforeAll(async () => {
    world = await startNative({ following: { heartbeatMs: 100, lookEveryMs: LOOK_EVERY_MS, streamsOfOne: 5 } });
  });
  afterAll(() => world.running.stop());
  beforeEach(async () => {
    for (const stream of open.splice(0)) stream.leave();
    [deviceId] = (await world.freshDevices(1)) as [string];
  });

  const follow = async (path: string, headers: Record<string, string> = {}, key = APPLICATION_KEY) => {
    const stream = await openStream(world.running.url, path, key, headers);
    open.push(stream);
    return stream;
  };
  const submit = async () => idOf(await world.client.submit({ deviceId }));
  const answer = (commandId: CommandId) =>
    world.running.handle({ kind: 'device-answered', commandId, deviceId, answer: { outcome: 'succeeded', result: 1 } });
  const sent = (commandId: CommandId) =>
    world.running.handle({ kind: 'broker-accepted', commandId, deviceId, attempt: 1 });
  const idsOf = ({ events }: OpenStream) => events.map(({ id }) => id);
  const ended = (stream: OpenStream, how: string) =>
    eventually(() => expect(stream.ended()).toBe(how), { withinMs: 5_000 });

  describe('of a command', () => {
    it('tell it from its beginning to its final event, as it happens, and end there', async () => {
      const id = await submit();
      const stream = await follow(`/v1/commands/${id}/events`);
      expect([stream.status, stream.contentType]).toEqual([200, 'text/event-stream; charset=utf-8']);
      await stream.until(2);
      expect(stream.ended()).toBeUndefined();
      await sent(id);
      await stream.until(3);
      await answer(id);
      await ended(stream, 'end');
      expect(idsOf(stream)).toEqual([1, 2, 3, 4].map((version) => `${id}-${String(version)}`));
      expect(stream.events[3]).toMatchObject({
        event: 'CommandSucceeded',
        data: { commandId: id, deviceId, version: 4, type: 'CommandSucceeded', result: 1 },
      });
      expect(stream.events[0]!.data).not.toHaveProperty('request');
    });

    it('go on behind the last event that was seen, and are not to be asked again after the final one', async () => {
      const id = await submit();
      const first = await follow(`/v1/commands/${id}/events`);
      await first.until(2);
      first.leave();
      await sent(id);
      await answer(id);
      const second = await follow(`/v1/commands/${id}/events`, { 'last-event-id': first.events[1]!.id });
      await ended(second, 'end');
      expect(idsOf(second)).toEqual([`${id}-3`, `${id}-4`]);
      const again = await follow(`/v1/commands/${id}/events`, { 'last-event-id': `${id}-4` });
      expect([again.status, again.text()]).toEqual([204, '']);
    });

    it('tell within the next look what no fact told of', async () => {
      const { commandStore } = world.running.store;
      const request = requestFor(deviceId, { applicationId: 'app-1' });
      const id = await submitUnheard(commandStore, request);
      const stream = await follow(`/v1/commands/${id}/events`);
      await stream.until(1);
      await happen(commandStore, { commandId: id, deviceId }, (loaded) => [attemptStarted(loaded, 1)]);
      await stream.until(2);
      expect(idsOf(stream)).toEqual([`${id}-1`, `${id}-2`]);
    });
  });

  describe('of a device', () => {
    it('tell what happens to its commands from now on, and nothing of other devices', async () => {
      await submit();
      const stream = await follow(`/v1/devices/${deviceId}/events`);
      const [elsewhere] = (await world.freshDevices(1)) as [string];
      await eventually(() => expect(stream.text()).toContain('still here'));
      await world.client.submit({ deviceId: elsewhere });
      const [one, two] = [await submit(), await submit()];
      await stream.until(2);
      expect(idsOf(stream)).toEqual([`${one}-1`, `${two}-1`]);
      expect(stream.events[1]).toMatchObject({ event: 'CommandAccepted', data: { commandId: two, deviceId } });
    });

    it('tell of late answers to commands that were over, too', async () => {
      const stream = await follow(`/v1/devices/${deviceId}/events`);
      const id = await submit();
      await answer(id);
      await answer(id);
      await eventually(() => expect(stream.events.map(({ event }) => event)).toContain('LateAnswerRecorded'));
      const [last, before] = [stream.events.at(-1)!, stream.events.at(-2)!];
      expect([before.event, last.event]).toEqual(['CommandSucceeded', 'LateAnswerRecorded']);
      expect(last.id).toBe(`${id}-${String(stream.events.length)}`);
    });

    it('tell within the next look what no fact told of', async () => {
      const stream = await follow(`/v1/devices/${deviceId}/events`);
      await eventually(() => expect(stream.text()).toContain('still here'));
      const { commandStore } = world.running.store;
      const id = await submitUnheard(commandStore, requestFor(deviceId, { applicationId: 'app-1' }));
      await happen(commandStore, { commandId: id, deviceId }, (loaded) => [attemptStarted(loaded, 1)]);
      await stream.until(2);
      expect(idsOf(stream)).toEqual([`${id}-1`, `${id}-2`]);
    });

    it('have no gap and nothing twice, wherever they are broken off while much happens', async () => {
      const path = `/v1/devices/${deviceId}/events`;
      const first = await submit();
      let last = `${first}-1`;
      const seen: string[] = [];
      const progress = { written: false };
      const writing = Promise.all(
        Array.from({ length: 25 }, async () => {
          const id = await submit();
          await answer(id);
          return id;
        }),
      ).then((ids) => {
        progress.written = true;
        return ids;
      });
      while (!progress.written) {
        const stream = await follow(path, { 'last-event-id': last });
        await eventually(() => expect(stream.events.length >= 3 || progress.written).toBe(true));
        stream.leave();
        seen.push(...idsOf(stream));
        last = seen.at(-1) ?? last;
      }
      const ids = [first, ...(await writing)];
      const { reader } = world.running.ports;
      const log = (await Promise.all(ids.map((id) => reader.history(id)))).flat();
      const all = log.map(({ commandId, version }) => `${commandId}-${String(version)}`);
      const rest = await follow(path, { 'last-event-id': last });
      await rest.until(all.length - 1 - seen.length);
      seen.push(...idsOf(rest));
      expect(seen).toHaveLength(new Set(seen).size);
      expect(seen.toSorted()).toEqual(all.filter((id) => id !== `${first}-1`).toSorted());
    });
  });

  it('hold the line with a comment while nothing happens', async () => {
    const stream = await follow(`/v1/devices/${deviceId}/events`);
    await eventually(() => expect(stream.text().match(/: still here/g)?.length ?? 0).toBeGreaterThanOrEqual(2));
    expect(stream.events).toEqual([]);
  });

  it('last as long as they are wanted, and may be as short as that', async () => {
    const stream = await follow(`/v1/devices/${deviceId}/events?seconds=1`);
    await ended(stream, 'end');
    for (const seconds of ['0', 'x', '86401']) {
      const refused = await world.client.get(`/v1/devices/${deviceId}/events?seconds=${seconds}`);
      expectProblem(refused, 400, 'validation-failed', 'seconds');
    }
  });

  it('are so many at most, and there is a place again when one is left', async () => {
    const path = `/v1/devices/${deviceId}/events`;
    const streams = await Promise.all(Array.from({ length: 5 }, () => follow(path)));
    const refused = await world.client.get(path);
    expectProblem(refused, 429, 'too-many-streams');
    expect(refused.headers['retry-after']).toBe('5');
    streams[0]!.leave();
    await eventually(async () => expect((await follow(path)).status).toBe(200));
  });

  it('are nobody else’s, and end when their key is no longer good', async () => {
    const id = await submit();
    for (const path of [`/v1/commands/${id}/events`, `/v1/devices/${deviceId}/events`]) {
      expect((await world.foreigner.get(path)).status).toBe(404);
    }
    await world.admin.put('/v1/devices/theirs', { application: 'app-2', product: 'foreign' });
    const stream = await follow('/v1/devices/theirs/events', {}, FOREIGN_KEY);
    await world.admin.put('/v1/applications/app-2', { name: 'two', native: { key: 'another-key-of-app-2' } });
    await ended(stream, 'end');
  });

  it.each(['x', '1-1', '0123456789012345678', '0123456789012345678-0', '0123456789012345678-1'])(
    'refuse to go on behind %s',
    async (last) => {
      const id = await submit();
      for (const path of [`/v1/commands/${id}/events`, `/v1/devices/${deviceId}/events`]) {
        const refused = await world.client.get(path, { 'last-event-id': last });
        expectProblem(refused, 400, 'validation-failed', 'Last-Event-ID');
      }
    },
  );

  it('refuse to go on behind events of others, and of versions that are not there yet', async () => {
    const id = await submit();
    const [elsewhere] = (await world.freshDevices(1)) as [string];
    const other = idOf(await world.client.submit({ deviceId: elsewhere }));
    for (const last of [`${other}-1`, `${id}-9`]) {
      for (const path of [`/v1/commands/${id}/events`, `/v1/devices/${deviceId}/events`]) {
        const refused = await world.client.get(path, { 'last-event-id': last });
        expectProblem(refused, 400, 'validation-failed', 'Last-Event-ID');
      }
    }
  });

  it('are only for those who take them', async () => {
    const path = `/v1/devices/${deviceId}/events`;
    expectProblem(await world.client.get(path, { accept: 'application/json' }), 406, 'not-acceptable');
    expect((await follow(path, { accept: 'text/html, text/event-stream;q=0.5' })).status).toBe(200);
  });
});

describe('streams of a process that stops', () => {
  it('end in order', async () => {
    const { running, freshDevices } = await startNative();
    const [deviceId] = (await freshDevices(1)) as [string];
    const stream = await openStream(running.url, `/v1/devices/${deviceId}/events`, APPLICATION_KEY);
    await running.stop();
    expect(stream.ended()).toBe('end');
  });
});
