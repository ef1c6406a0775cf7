import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CommandId } from '@downlink/command-domain';
import { CancelTaskRunner, createEngine, type CancelTask, type Engine } from '@downlink/command-engine';
import { nextCommandId, requestFor } from '@downlink/command-engine/contracts';
import { eventually } from '@downlink/testing';
import type { PostgresStore } from '../index.js';
import { openStore } from '../spec-support/open-store.js';

const CLAIM_MS = 1_500;
const OPTIONS = { maxTasks: 5, maxCommands: 2, batchSize: 500, claimMs: CLAIM_MS };

describe('cancel tasks in Postgres', () => {
  let close: () => Promise<void>;
  let store: PostgresStore;
  let engine: Engine;
  beforeEach(async () => {
    ({ store, close } = await openStore({ poolSize: 4 }));
    engine = createEngine(store.commandStore, { handOver: () => undefined });
  });
  afterEach(() => close());

  /** The first goes out at once, all others queue. Returns the ids of those that queue. */
  const queue = async (deviceId: string, count: number, applicationId = 'app') => {
    const ids = Array.from({ length: count + 1 }, () => nextCommandId());
    const request = requestFor(deviceId, { applicationId });
    const policy = { ...request.policy, laneCap: 1_000 };
    await engine.handle(
      ids.map((commandId) => ({ kind: 'submit', commandId, deviceId, request: { ...request, policy } })),
    );
    return ids.slice(1);
  };
  const create = (deviceId: string, applicationId = 'app') => store.cancelTasks.create({ applicationId, deviceId });
  const found = async ({ id }: CancelTask) => (await store.cancelTasks.find(id))!;
  const statusOf = async (id: CommandId) => (await store.commandReader.head(id))!.state.status;
  const listed = async ({ id }: CancelTask) => {
    const commands = await store.cancelTasks.commands(id, { offset: 0, limit: 1_000 });
    return commands.map(({ commandId, outcome, foundStatus }) => [commandId, outcome, foundStatus]);
  };
  const runToEnd = async (runner = new CancelTaskRunner(store.cancelTasks, engine)) => {
    while ((await runner.round()).tasks > 0);
  };

  it('name what was queued for the device when they were made, in the order of the queue', async () => {
    const ids = await queue('lamp', 3);
    await queue('other lamp', 2);
    await queue('lamp', 1, 'another application');
    const task = await create('lamp');
    expect(task).toMatchObject({ status: 'waiting', total: 3, canceled: 0, notCanceled: 0, startedAt: null });
    expect(await found(task)).toEqual(task);
    expect(await listed(task)).toEqual(ids.map((id) => [id, 'pending', null]));
    const [first] = await store.cancelTasks.commands(task.id, { offset: 1, limit: 1 });
    expect(first).toMatchObject({ commandId: ids[1], head: { state: { status: 'queued' } } });
  });

  it('show the first commands of several at once, and of those without any nothing', async () => {
    const [few, many] = [await queue('lamp', 1), await queue('other lamp', 4)];
    const tasks = [await create('lamp'), await create('other lamp'), await create('idle lamp')];
    const shown = await store.cancelTasks.firstCommands([...tasks.map(({ id }) => id), 'x'], 3);
    const ids = tasks.map(({ id }) => shown.get(id)?.map(({ commandId }) => commandId));
    expect(ids).toEqual([few, many.slice(0, 3), undefined]);
    expect(shown.get(tasks[0]!.id)).toEqual(await store.cancelTasks.commands(tasks[0]!.id, { offset: 0, limit: 3 }));
    expect(await store.cancelTasks.firstCommands([], 3)).toEqual(new Map());
  });

  it('cancel all of it and nothing that was submitted later', async () => {
    const ids = await queue('lamp', 5);
    const task = await create('lamp');
    const later = nextCommandId();
    await engine.handle([{ kind: 'submit', commandId: later, deviceId: 'lamp', request: requestFor('lamp') }]);
    await runToEnd(new CancelTaskRunner(store.cancelTasks, engine, OPTIONS));
    expect(await found(task)).toMatchObject({ status: 'succeeded', total: 5, canceled: 5, notCanceled: 0 });
    expect(await listed(task)).toEqual(ids.map((id) => [id, 'canceled', null]));
    for (const id of ids) expect(await statusOf(id)).toBe('canceled');
    expect(await statusOf(later)).toBe('queued');
  });

  it('send nothing out while they work: a queue whose head was put back is canceled from its end', async () => {
    const ids = await queue('lamp', 5);
    const { heads } = await store.commandReader.search({ applicationId: 'app', deviceId: 'lamp', offset: 5, limit: 1 });
    const first = heads[0]!.commandId;
    const refused = { kind: 'broker-refused', commandId: first, deviceId: 'lamp', attempt: 1, detail: null } as const;
    await engine.handle([{ ...refused, reason: 'no-subscriber' }]);
    const task = await create('lamp');
    await runToEnd(new CancelTaskRunner(store.cancelTasks, engine, OPTIONS));
    expect(await found(task)).toMatchObject({ status: 'succeeded', total: 6, canceled: 6 });
    for (const id of ids) {
      const history = await store.commandReader.history(id);
      expect(history.map(({ event }) => event.type)).toEqual(['CommandAccepted', 'CommandCanceled']);
    }
  });

  it('say what could no longer be canceled, and what it was by then', async () => {
    const ids = await queue('lamp', 2);
    const [partly, failed] = [await create('lamp'), await create('lamp')];
    await engine.handle([
      { kind: 'supersede', commandId: ids[1]!, deviceId: 'lamp', by: nextCommandId() },
      { kind: 'cancel', commandId: ids[0]!, deviceId: 'lamp' },
    ]);
    await store.cancelTasks.record(
      [failed.id],
      ids.map((commandId) => ({ taskId: failed.id, commandId, outcome: 'not-canceled', foundStatus: 'sent' })),
    );
    await runToEnd();
    expect(await found(partly)).toMatchObject({ status: 'partly-succeeded', canceled: 1, notCanceled: 1 });
    expect(await listed(partly)).toEqual([
      [ids[0], 'canceled', null],
      [ids[1], 'not-canceled', 'superseded'],
    ]);
    expect(await found(failed)).toMatchObject({ status: 'failed', canceled: 0, notCanceled: 2 });
  });

  it('succeed at once when nothing is queued', async () => {
    const task = await create('nobody knows this device');
    await runToEnd();
    expect(await found(task)).toMatchObject({ status: 'succeeded', total: 0, finishedAt: expect.any(Number) });
  });

  it('are not handed to a second runner before the claim of the first lapses', async () => {
    await queue('lamp', 1);
    const task = await create('lamp');
    const claimed = await Promise.all([
      store.cancelTasks.claim(5, 10, CLAIM_MS),
      store.cancelTasks.claim(5, 10, CLAIM_MS),
    ]);
    expect(claimed.flat()).toHaveLength(1);
    expect(await found(task)).toMatchObject({ status: 'running', startedAt: expect.any(Number) });
    expect(await store.cancelTasks.claim(5, 10, CLAIM_MS)).toEqual([]);
    await eventually(async () => expect(await store.cancelTasks.claim(5, 10, 60_000)).toHaveLength(1));
  });

  it('are finished by another runner when one dies between canceling and writing it down', async () => {
    const ids = await queue('lamp', 6);
    const task = await create('lamp');
    const first = new CancelTaskRunner(store.cancelTasks, engine, OPTIONS);
    await first.round();
    const dying = new CancelTaskRunner(
      store.cancelTasks,
      {
        handle: async (signals) => {
          await engine.handle(signals);
          throw new Error('killed');
        },
      },
      OPTIONS,
    );
    await expect(dying.round()).rejects.toThrow('killed');
    expect(await found(task)).toMatchObject({ status: 'running', canceled: 2 });
    const heir = new CancelTaskRunner(store.cancelTasks, engine, OPTIONS);
    expect(await heir.round()).toMatchObject({ tasks: 0 });
    await eventually(async () => expect((await heir.round()).tasks).toBe(1));
    await runToEnd(heir);
    expect(await found(task)).toMatchObject({ status: 'succeeded', total: 6, canceled: 6, notCanceled: 0 });
    for (const id of ids)
      expect((await store.commandReader.history(id)).map(({ event }) => event.type)).toHaveLength(2);
  });

  it('keep the first word on a command when two runners worked on one task, and count right', async () => {
    const ids = await queue('lamp', 4);
    const task = await create('lamp');
    const say = (outcome: 'canceled' | 'not-canceled', those: readonly CommandId[]) =>
      store.cancelTasks.record(
        [task.id],
        those.map((commandId) => ({ taskId: task.id, commandId, outcome, foundStatus: null })),
      );
    await Promise.all([say('canceled', ids.slice(0, 3)), say('canceled', ids.slice(1))]);
    expect(await found(task)).toMatchObject({ status: 'succeeded', canceled: 4 });
    await say('not-canceled', ids);
    expect(await found(task)).toMatchObject({ status: 'succeeded', canceled: 4, notCanceled: 0 });
  });

  it('take turns: a long queue does not hold up the tasks of other devices', async () => {
    await queue('long', 9);
    await queue('short', 1);
    const [long, short] = [await create('long'), await create('short')];
    const runner = new CancelTaskRunner(store.cancelTasks, engine, { ...OPTIONS, maxTasks: 1 });
    await runner.round();
    await runner.round();
    expect(await found(short)).toMatchObject({ status: 'succeeded' });
    expect(await found(long)).toMatchObject({ status: 'running', canceled: 2 });
  });

  it('are found by application, device, status and time, newest first, and by nobody with an id that is none', async () => {
    const tasks = [await create('a'), await create('b'), await create('a'), await create('a', 'other')];
    const ids = async (query: object) => {
      const answer = await store.cancelTasks.search({ applicationId: 'app', offset: 0, limit: 10, ...query });
      return answer.tasks.map(({ id }) => tasks.findIndex((task) => task.id === id));
    };
    expect(await ids({})).toEqual([2, 1, 0]);
    expect(await ids({ deviceId: 'a' })).toEqual([2, 0]);
    expect(await ids({ limit: 1, offset: 1 })).toEqual([1]);
    expect(await ids({ statuses: ['succeeded'] })).toEqual([]);
    expect(await ids({ from: tasks[0]!.createdAt, until: Date.now() + 60_000 })).toEqual([2, 1, 0]);
    expect(await ids({ until: 1.5 })).toEqual([]);
    const none = await store.cancelTasks.search({ applicationId: 'app', deviceId: 'c', offset: 0, limit: 1 });
    expect(none).toEqual({ tasks: [], total: 0 });
    expect(await ids({ id: tasks[1]!.id })).toEqual([1]);
    expect(await ids({ id: tasks[1]!.id, statuses: ['failed'] })).toEqual([]);
    for (const id of ['', 'x', tasks[0]!.id.toUpperCase(), tasks[0]!.id.replaceAll('-', '')]) {
      expect(await store.cancelTasks.find(id)).toBeUndefined();
      expect(await store.cancelTasks.commands(id, { offset: 0, limit: 1 })).toEqual([]);
      expect(await ids({ id })).toEqual([]);
    }
  });

  it('are removed some time after their end, with what they say about commands', async () => {
    await queue('lamp', 2);
    const [finished, open] = [await create('lamp'), await create('lamp')];
    await store.cancelTasks.claim(1, 10, 60_000);
    const pending = await store.cancelTasks.commands(finished.id, { offset: 0, limit: 10 });
    await store.cancelTasks.record(
      [finished.id],
      pending.map(({ commandId }) => ({ taskId: finished.id, commandId, outcome: 'canceled', foundStatus: null })),
    );
    expect(await store.cancelTasks.removeFinished(60_000, 10)).toBe(0);
    expect(await store.cancelTasks.removeFinished(0, 10)).toBe(1);
    expect(await store.cancelTasks.find(finished.id)).toBeUndefined();
    expect(await listed(finished)).toEqual([]);
    expect(await listed(open)).toHaveLength(2);
  });
});
