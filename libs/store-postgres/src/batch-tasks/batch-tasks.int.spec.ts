import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CommandId } from '@downlink/command-domain';
import {
  BatchTaskRunner,
  createEngine,
  type BatchTask,
  type Engine,
  type NewBatchMember,
  type NewBatchTask,
} from '@downlink/command-engine';
import { nextCommandId, requestFor } from '@downlink/command-engine/contracts';
import { eventually } from '@downlink/testing';
import type { PostgresStore } from '../index.js';
import { openStore } from '../spec-support/open-store.js';

const CLAIM_MS = 1_500;
const OPTIONS = { maxTasks: 5, maxMembers: 2, batchSize: 500, claimMs: CLAIM_MS };

describe('batch tasks in Postgres', () => {
  let close: () => Promise<void>;
  let store: PostgresStore;
  let engine: Engine;
  beforeEach(async () => {
    ({ store, close } = await openStore({ poolSize: 4 }));
    engine = createEngine(store.commandStore, { handOver: () => undefined });
  });
  afterEach(() => close());

  const { deviceId: _own, wireFormat: _format, ...request } = requestFor('any');
  const asked = (deviceId: string): NewBatchMember => ({
    deviceId,
    commandId: nextCommandId(),
    target: { wireFormat: 'huawei', lateAnswers: 'accept', modelVersion: 3 },
  });
  const refused = (deviceId: string): NewBatchMember => ({ deviceId, commandId: nextCommandId(), refusal: 'unknown' });
  const create = (members: readonly NewBatchMember[], over: Partial<NewBatchTask> = {}) =>
    store.batchTasks.create({
      applicationId: 'app',
      name: 'nightly',
      timeoutMs: 600_000,
      details: { z: 1, a: [null] },
      request,
      members,
      ...over,
    });
  const found = async ({ id }: BatchTask) => (await store.batchTasks.find(id, 'app'))!;
  const counts = async ({ id }: BatchTask) => Object.fromEntries(await store.batchTasks.counts(id));
  const listed = async (taskId: string, query: object = {}) => {
    const { members, total } = await store.batchTasks.members({ taskId, offset: 0, limit: 100, ...query });
    return { total, members: members.map(({ deviceId, state, refusal }) => [deviceId, state, refusal]) };
  };
  const historyOf = async (id: CommandId) => (await store.commandReader.history(id)).map(({ event }) => event.type);
  const runToEnd = async (runner = new BatchTaskRunner(store.batchTasks, engine, OPTIONS)) => {
    while ((await runner.round()).tasks > 0);
  };

  it('are found as they were made, with the details in their order', async () => {
    const task = await create([asked('a'), refused('b')]);
    expect(task).toEqual({
      id: task.id,
      applicationId: 'app',
      name: 'nightly',
      timeoutMs: 600_000,
      details: { z: 1, a: [null] },
      total: 2,
      createdAt: expect.any(Number),
      startedAt: null,
      submittedAt: null,
      isOver: false,
    });
    expect(Object.keys(task.details)).toEqual(['z', 'a']);
    expect(await found(task)).toEqual(task);
    expect(await counts(task)).toEqual({ pending: 1, refused: 1 });
  });

  it('send each device its own command, with what it takes from its device', async () => {
    const members = ['a', 'b', 'c'].map(asked);
    const task = await create(members);
    await runToEnd();
    for (const { deviceId, commandId } of members) {
      const head = (await store.commandReader.head(commandId))!;
      const policy = { ...request.policy, lateAnswers: 'accept' };
      expect(head.state.request).toEqual({ ...request, deviceId, wireFormat: 'huawei', modelVersion: 3, policy });
    }
    expect(await found(task)).toMatchObject({ startedAt: expect.any(Number), submittedAt: expect.any(Number) });
    expect(await counts(task)).toEqual({ sending: 3 });
  });

  it('follow their commands, and say what was refused and why', async () => {
    const policy = { ...request.policy, laneCap: 0 };
    const task = await create([asked('full'), refused('nobody')], { request: { ...request, policy } });
    await runToEnd();
    expect((await listed(task.id)).members).toEqual([
      ['full', 'refused', 'lane-full'],
      ['nobody', 'refused', 'unknown'],
    ]);
    const other = await create([asked('b')]);
    await runToEnd();
    const { members: sent } = await store.batchTasks.members({ taskId: other.id, offset: 0, limit: 1 });
    const { commandId } = sent[0]!;
    const answer = { outcome: 'succeeded', result: null } as const;
    await engine.handle([{ kind: 'device-answered', deviceId: 'b', commandId, answer }]);
    expect(await counts(other)).toEqual({ succeeded: 1 });
  });

  it('list their devices in order, a page at a time, by device, command and state', async () => {
    const members = [...['a', 'b', 'c'].map(asked), refused('d')];
    const { id } = await create(members);
    await runToEnd();
    expect((await listed(id, { offset: 1, limit: 2 })).members.map(([device]) => device)).toEqual(['b', 'c']);
    expect(await listed(id, { offset: 9 })).toEqual({ total: 4, members: [] });
    expect((await listed(id, { deviceId: 'c' })).total).toBe(1);
    expect((await listed(id, { commandId: members[1]!.commandId })).members).toEqual([['b', 'sending', null]]);
    expect((await listed(id, { states: ['refused'] })).members).toEqual([['d', 'refused', 'unknown']]);
    expect(await listed(id, { states: [] })).toEqual({ total: 0, members: [] });
    const { members: shown } = await store.batchTasks.members({ taskId: id, offset: 0, limit: 9 });
    expect(shown.map(({ head }) => head?.state.status)).toEqual(['sending', 'sending', 'sending', undefined]);
  });

  it('are finished by another runner when one is killed half-way, and no device gets its command twice', async () => {
    const members = Array.from({ length: 6 }, (_, at) => asked(`lamp-${at}`));
    const task = await create(members);
    await new BatchTaskRunner(store.batchTasks, engine, OPTIONS).round();
    const dying: Engine = {
      handle: async (signals) => {
        await engine.handle(signals);
        throw new Error('killed');
      },
    };
    await expect(new BatchTaskRunner(store.batchTasks, dying, OPTIONS).round()).rejects.toThrow('killed');
    expect(await counts(task)).toEqual({ sending: 2, pending: 4 });
    const heir = new BatchTaskRunner(store.batchTasks, engine, OPTIONS);
    expect(await heir.round()).toMatchObject({ tasks: 0 });
    await eventually(async () => expect((await heir.round()).tasks).toBe(1));
    await runToEnd(heir);
    expect(await counts(task)).toEqual({ sending: 6 });
    for (const { commandId } of members)
      expect(await historyOf(commandId)).toEqual(['CommandAccepted', 'AttemptStarted']);
  });

  it('keep the first word on a command when two runners worked on one task', async () => {
    const members = ['a', 'b'].map(asked);
    const task = await create(members);
    const say = (refusal: string | null) =>
      store.batchTasks.record(
        [task.id],
        members.map(({ commandId }) => ({ taskId: task.id, commandId, refusal })),
      );
    await say('first');
    await say(null);
    expect(await counts(task)).toEqual({ refused: 2 });
  });

  it('are not handed to a second runner before the claim of the first lapses', async () => {
    await create([asked('a')]);
    const claims = await Promise.all([1, 2].map(() => store.batchTasks.claim(5, 10, CLAIM_MS)));
    expect(claims.flat()).toHaveLength(1);
    expect(await store.batchTasks.claim(5, 10, CLAIM_MS)).toEqual([]);
    await eventually(async () => expect(await store.batchTasks.claim(5, 10, 60_000)).toHaveLength(1));
  });

  it('take turns: a long one does not hold up the others', async () => {
    const long = await create(Array.from({ length: 9 }, (_, at) => asked(`d${at}`)));
    const short = await create([asked('e')]);
    const runner = new BatchTaskRunner(store.batchTasks, engine, { ...OPTIONS, maxTasks: 1 });
    await runner.round();
    await runner.round();
    expect(await counts(short)).toEqual({ sending: 1 });
    expect(await counts(long)).toEqual({ sending: 2, pending: 7 });
  });

  it('hand nothing in once their time is over', async () => {
    const members = [asked('a')];
    const task = await create(members, { timeoutMs: 0 });
    await runToEnd();
    expect(await found(task)).toMatchObject({ isOver: true, submittedAt: expect.any(Number) });
    expect(await listed(task.id)).toEqual({ total: 1, members: [['a', 'refused', 'task-timed-out']] });
    expect(await historyOf(members[0]!.commandId)).toEqual([]);
  });

  it('are finished at once when no device can be asked', async () => {
    const task = await create([refused('a')]);
    await runToEnd();
    expect(await found(task)).toMatchObject({ submittedAt: expect.any(Number) });
  });

  it('are nobody else’s affair, and no text that is no id finds one', async () => {
    const task = await create([asked('a')]);
    expect(await store.batchTasks.find(task.id, 'another')).toBeUndefined();
    for (const id of ['', 'x', task.id.toUpperCase()]) {
      expect(await store.batchTasks.find(id, 'app')).toBeUndefined();
      expect(await store.batchTasks.counts(id)).toEqual(new Map());
      expect(await listed(id)).toEqual({ total: 0, members: [] });
    }
  });

  it('are removed some time after all was handed in, with their devices and not with their commands', async () => {
    const members = [asked('a')];
    const [finished, open] = [await create(members), await create([asked('b')])];
    await store.batchTasks.claim(1, 10, 60_000);
    await store.batchTasks.record(
      [finished.id],
      members.map(({ commandId }) => ({ taskId: finished.id, commandId, refusal: null })),
    );
    expect(await counts(finished)).toEqual({ gone: 1 });
    expect(await store.batchTasks.removeFinished(60_000, 10)).toBe(0);
    expect(await store.batchTasks.removeFinished(0, 10)).toBe(1);
    expect(await store.batchTasks.find(finished.id, 'app')).toBeUndefined();
    expect(await counts(finished)).toEqual({});
    expect(await counts(open)).toEqual({ pending: 1 });
  });
});
