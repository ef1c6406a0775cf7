import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DeadLetterIntake } from '@downlink/command-engine';
import { aDeadLetter } from '@downlink/command-engine/contracts';
import { expectProblem, idOf, startNative, type NativeWorld } from './spec-support/native-world.js';
import type { NativeClient } from './spec-support/native-client.js';

const PAGE = 2;
const ENTRIES = 5;

describe('lists', () => {
  let world: NativeWorld;
  let deviceId: string;
  let taskId: string;
  const ids: Record<string, string[]> = {};

  beforeAll(async () => {
    world = await startNative();
    const { admin, client, running } = world;
    [deviceId] = (await world.freshDevices(1)) as [string];
    const makeOf: Record<string, (n: number) => Promise<string>> = {
      commands: async () => idOf(await client.submit({ deviceId })),
      'cancel-tasks': async () => {
        const task = await client.post(`/v1/devices/${deviceId}/cancel-tasks`, {});
        taskId ??= String(task.body['id']);
        return String(task.body['id']);
      },
      'dead-letters': async () => {
        const intake = new DeadLetterIntake(running.store.deadLetters, {
          handle: async (signals) => [await running.handle(signals[0]!)],
        });
        return (await intake.receive(aDeadLetter({ deviceId }))).id;
      },
      devices: async (n) => {
        const id = `paged-${String(n)}`;
        await admin.put(`/v1/devices/${id}`, { application: 'app-1', product: 'lamp' });
        return id;
      },
      products: async (n) => {
        const id = `paged-${String(n)}`;
        await admin.put(`/v1/products/${id}`, { application: 'app-1', wireFormat: 'native' });
        return id;
      },
      applications: async (n) => {
        const id = `paged-${String(n)}`;
        await admin.put(`/v1/applications/${id}`, {});
        return id;
      },
    };
    for (const [list, make] of Object.entries(makeOf)) {
      ids[list] = [];
      for (let n = 0; n < ENTRIES; n++) ids[list].push(await make(n));
    }
    await running.store.strayAnswers.record(
      Array.from({ length: ENTRIES }, (_, n) => ({
        deviceId,
        registered: true,
        reason: 'unknown-command',
        reference: String(n),
        topic: 't',
        payload: Buffer.from(String(n)),
      })),
    );
  });
  afterAll(() => world.running.stop());

  interface Listed {
    readonly path: () => string;
    readonly caller?: (world: NativeWorld) => NativeClient;
    readonly entries?: string;
    readonly key: (entry: Record<string, unknown>) => string;
    readonly expected: () => string[];
  }
  const named = (name: string) => (entry: Record<string, unknown>) => String(entry[name]);
  const newest = (list: string) => () => ids[list]!.toReversed();
  const LISTS: Record<string, Listed> = {
    commands: { path: () => `/v1/commands?deviceId=${deviceId}`, key: named('id'), expected: newest('commands') },
    'commands, the oldest first': {
      path: () => `/v1/commands?deviceId=${deviceId}&order=oldest`,
      key: named('id'),
      expected: () => ids['commands']!,
    },
    'cancel tasks': { path: () => '/v1/cancel-tasks?', key: named('id'), expected: newest('cancel-tasks') },
    'commands of a cancel task': {
      path: () => `/v1/cancel-tasks/${taskId}?`,
      entries: 'commands',
      key: named('id'),
      expected: () => ids['commands']!.slice(1),
    },
    'dead letters': {
      path: () => `/v1/dead-letters?deviceId=${deviceId}`,
      key: named('id'),
      expected: newest('dead-letters'),
    },
    'stray answers': {
      path: () => `/v1/devices/${deviceId}/stray-answers?`,
      key: named('reference'),
      expected: () => ['4', '3', '2', '1', '0'],
    },
    devices: {
      path: () => '/v1/devices?after=paged',
      key: named('id'),
      expected: () => ids['devices']!,
    },
    products: { path: () => '/v1/products?after=paged', key: named('key'), expected: () => ids['products']! },
    applications: {
      path: () => '/v1/applications?after=paged',
      caller: ({ admin }) => admin,
      key: named('id'),
      expected: () => ids['applications']!,
    },
  };
  const pageOf = async ({ path, caller, entries, key }: Listed, cursor: string | null) => {
    // `after` opens a list; its cursors go on from there.
    const from = cursor === null ? path() : `${path().replace('after=paged', '')}&cursor=${cursor}`;
    const { status, body } = await (caller?.(world) ?? world.client).get(`${from}&limit=${String(PAGE)}`);
    expect(status).toBe(200);
    const items = body[entries ?? 'items'] as Record<string, unknown>[];
    return { keys: items.map(key), next: body['next'] as string | null, body };
  };

  it.each(Object.entries(LISTS))('of %s are read to their end, each entry once', async (_, list) => {
    const seen: string[][] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof pageOf>> = await pageOf(list, cursor);
      seen.push(page.keys);
      cursor = page.next;
    } while (cursor !== null);
    expect(seen.flat()).toEqual(list.expected());
    expect(seen.every((keys) => keys.length > 0 && keys.length <= PAGE)).toBe(true);
  });

  it('stay in place while commands are added', async () => {
    const [own] = (await world.freshDevices(1)) as [string];
    const submit = async () => idOf(await world.client.submit({ deviceId: own }));
    const first = [await submit(), await submit(), await submit()].toReversed();
    const list: Listed = { ...LISTS['commands']!, path: () => `/v1/commands?deviceId=${own}` };
    const one = await pageOf(list, null);
    await submit();
    const two = await pageOf(list, one.next);
    expect([...one.keys, ...two.keys]).toEqual(first);
    expect(two.next).toBeNull();
  });

  it('of commands say how many there are on pages without a cursor, and where it is asked for', async () => {
    const path = `/v1/commands?deviceId=${deviceId}&limit=1`;
    const first = await world.client.get(path);
    expect(first.body).toMatchObject({ total: ENTRIES, limit: 1, offset: 0 });
    const behind = `${path}&cursor=${String(first.body['next'])}`;
    expect((await world.client.get(behind)).body).toMatchObject({ total: null, offset: null });
    expect((await world.client.get(`${behind}&count=true`)).body).toMatchObject({ total: ENTRIES, offset: null });
    expect((await world.client.get(`${path}&count=false`)).body).toMatchObject({ total: null, offset: 0 });
  });

  it('of commands are narrowed by service and method', async () => {
    const [own] = (await world.freshDevices(1)) as [string];
    const submit = async (service: string, method: string) =>
      idOf(await world.client.submit({ deviceId: own, service, method }));
    const [a, b, c] = [await submit('x', 'on'), await submit('x', 'off'), await submit('y', 'on')];
    const found = async (query: string) => {
      const { body } = await world.client.get(`/v1/commands?deviceId=${own}&${query}`);
      return (body['items'] as { id: string }[]).map(({ id }) => id);
    };
    expect(await found('service=x')).toEqual([b, a]);
    expect(await found('service=x&service=y&method=on')).toEqual([c, a]);
    expect(await found('service=z')).toEqual([]);
  });

  it.each(Object.keys(LISTS))('of %s refuse a cursor of another list and one of nobody', async (name) => {
    const list = LISTS[name]!;
    const other = name === 'products' ? LISTS['devices']! : LISTS['products']!;
    const foreign = (await pageOf(other, null)).next!;
    for (const cursor of [foreign, 'AAAA', 'paged-1', '%20', 'x'.repeat(1_025)]) {
      const path = `${list.path().replace('after=paged', '')}&cursor=${cursor}`;
      const answer = await (list.caller?.(world) ?? world.client).get(path);
      expectProblem(answer, 400, 'validation-failed', 'cursor');
    }
  });

  it('refuse a cursor with other filters, and of another application', async () => {
    const { next } = await pageOf(LISTS['commands']!, null);
    for (const query of ['', 'deviceId=other&', `deviceId=${deviceId}&order=oldest&`]) {
      expectProblem(await world.client.get(`/v1/commands?${query}cursor=${next!}`), 400, 'validation-failed', 'cursor');
    }
    const theirs = await world.foreigner.get(`/v1/commands?deviceId=${deviceId}&cursor=${next!}`);
    expectProblem(theirs, 400, 'validation-failed', 'cursor');
  });

  it.each([
    ['/v1/commands?offset=0', 'offset'],
    ['/v1/cancel-tasks?offset=0', 'offset'],
    ['/v1/devices?after=x', 'after'],
    ['/v1/products?after=x', 'after'],
    ['/v1/dead-letters?after=1', 'after'],
  ])('%s has one beginning only', async (path, member) => {
    const cursor = path.includes('dead') ? '1' : 'AAAA';
    expectProblem(await world.client.get(`${path}&cursor=${cursor}`), 400, 'validation-failed', member);
  });
});
