import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { makeCommandId, type CommandId } from '@downlink/command-domain';
import { aState, T0 } from '@downlink/command-domain/contracts';
import { Fault, type Head } from '@downlink/command-engine';
import { FinalEvents, type FinalEventsOptions, type Patience } from './final-events.js';

const away = new Fault('store-unavailable', 'x', { retryable: true });

/** A store of heads that can be away. */
class Heads {
  readonly all = new Map<CommandId, Head>();
  readonly asked: (readonly CommandId[])[] = [];
  away = false;
  async finalHeads(ids: readonly CommandId[], or?: 'delivered'): Promise<Head[]> {
    this.asked.push(ids);
    if (this.away) throw away;
    return ids.flatMap((id) => {
      const head = this.all.get(id);
      return head?.state.status === 'succeeded' || head?.state.status === or ? [head!] : [];
    });
  }
  async head(id: CommandId): Promise<Head | undefined> {
    if (this.away) throw away;
    return this.all.get(id);
  }
}

let made = 0;
const newId = () => makeCommandId(T0, 1, made++);
const headOf = (commandId: CommandId, status: 'queued' | 'sent' | 'delivered' | 'succeeded'): Head => ({
  commandId,
  version: 1,
  state: aState(status),
});

describe('the waiting room', () => {
  let heads: Heads;
  let events: FinalEvents;
  let tail: { listen: jest.Mock<() => void>; rest: jest.Mock<() => void> };
  const warned: string[] = [];
  const open = (over: Partial<FinalEventsOptions> = {}): void => {
    heads = new Heads();
    tail = { listen: jest.fn(), rest: jest.fn() };
    events = new FinalEvents({
      reader: heads,
      logger: { warn: (_, message) => void warned.push(message) },
      sweepEveryMs: 10_000,
      ...over,
    });
    events.listenTo(tail);
  };
  beforeEach(() => open());
  afterEach(() => {
    events.close();
    warned.splice(0);
  });

  const patience = (withinMs: number, signal = new AbortController().signal): Patience => ({
    until: performance.now() + withinMs,
    signal,
  });
  const accept = (status: 'queued' | 'succeeded' = 'queued'): Head => {
    const head = headOf(newId(), status);
    heads.all.set(head.commandId, head);
    return head;
  };
  const finish = (commandId: CommandId) => heads.all.set(commandId, headOf(commandId, 'succeeded'));
  const tell = (commandId: CommandId, waiter?: string) =>
    events.heard({ commandId, status: 'succeeded', ...(waiter !== undefined && { waiter }) });

  it('answers at once when the command is final already', async () => {
    const head = accept('succeeded');
    expect(await events.hold(patience(5_000), async () => head)).toEqual({ head, ended: 'final' });
    expect(heads.asked).toEqual([]);
  });

  it('is woken by a final fact and reads the truth from the store', async () => {
    const { commandId } = accept();
    const held = events.hold(patience(5_000), async () => heads.all.get(commandId)!);
    await Promise.resolve();
    finish(commandId);
    tell(commandId);
    expect(await held).toEqual({ head: headOf(commandId, 'succeeded'), ended: 'final' });
    expect(events.counts).toEqual({ byFact: 1, bySweep: 0 });
  });

  it('does not miss a fact that is quicker than the answer of the submission', async () => {
    const head = accept();
    const held = events.hold(patience(5_000), async (waiter) => {
      finish(head.commandId);
      tell(head.commandId, waiter);
      return head;
    });
    expect((await held).ended).toBe('final');
  });

  it('takes no notice of facts that end nothing, and of other instances', async () => {
    const { commandId } = accept();
    const waiting = events.wait(commandId, patience(30));
    events.heard({ commandId, status: 'sent', waiter: events.waiter });
    tell(newId(), 'api-of-somebody-else');
    expect(await waiting).toBeUndefined();
    expect(heads.asked).toEqual([]);
  });

  it('wakes who waits for receipt as soon as the device has acknowledged, and nobody else of the same command', async () => {
    const { commandId } = accept();
    const receipt = events.wait(commandId, { ...patience(5_000), waitedFor: 'delivered' });
    const end = events.wait(commandId, patience(5_000));
    heads.all.set(commandId, headOf(commandId, 'delivered'));
    events.heard({ commandId, status: 'delivered' });
    expect((await receipt)?.state.status).toBe('delivered');
    finish(commandId);
    tell(commandId);
    expect((await end)?.state.status).toBe('succeeded');
    expect(events.counts).toEqual({ byFact: 2, bySweep: 0 });
  });

  it('reads nothing for a receipt that only the end of is awaited', async () => {
    const { commandId } = accept();
    const waiting = events.wait(commandId, patience(30));
    events.heard({ commandId, status: 'delivered' });
    expect(await waiting).toBeUndefined();
    expect(heads.asked).toEqual([]);
  });

  it('reads what is heard together with one statement, and wakes everybody who waits for a command', async () => {
    const ids = [accept(), accept()].map(({ commandId }) => commandId);
    const waiting = [...ids, ids[0]!].map((commandId) => events.wait(commandId, patience(5_000)));
    for (const commandId of ids) finish(commandId);
    for (const commandId of ids) tell(commandId);
    expect((await Promise.all(waiting)).map((head) => head?.commandId)).toEqual([...ids, ids[0]]);
    expect(heads.asked).toEqual([ids]);
  });

  it('finds by itself what the bus does not bring', async () => {
    open({ sweepEveryMs: 10 });
    const { commandId } = accept();
    const waiting = events.wait(commandId, patience(5_000));
    finish(commandId);
    expect((await waiting)?.commandId).toBe(commandId);
    expect(events.counts).toEqual({ byFact: 0, bySweep: 1 });
  });

  it('goes on while the store is away, says so once, and finds the outcome when it is back', async () => {
    open({ sweepEveryMs: 5 });
    const { commandId } = accept();
    heads.away = true;
    const waiting = events.wait(commandId, patience(5_000));
    while (heads.asked.length < 3) await new Promise((resolve) => setImmediate(resolve));
    finish(commandId);
    heads.away = false;
    expect((await waiting)?.commandId).toBe(commandId);
    expect(warned).toHaveLength(1);
  });

  it('tells the state as it stands when the time is over, also while the store is away', async () => {
    const head = accept();
    heads.all.set(head.commandId, headOf(head.commandId, 'sent'));
    const held = await events.hold(patience(20), async () => head);
    expect(held).toMatchObject({ ended: 'time', head: { state: { status: 'sent' } } });
    heads.away = true;
    expect(await events.hold(patience(20), async () => head)).toEqual({ head, ended: 'time' });
  });

  it('ends with a caller who has gone, and leaves nothing behind', async () => {
    const caller = new AbortController();
    const head = accept();
    const held = events.hold(patience(60_000, caller.signal), async () => head);
    await Promise.resolve();
    caller.abort();
    expect(await held).toEqual({ head, ended: 'gone' });
    expect(events.held).toBe(0);
    tell(head.commandId);
    expect(heads.asked).toEqual([]);
  });

  it('ends with a caller who had gone before the command was accepted', async () => {
    const head = accept();
    expect((await events.hold(patience(60_000, AbortSignal.abort()), async () => head)).ended).toBe('gone');
  });

  it('ends every wait on closing, and holds none after it', async () => {
    const [first, second] = [accept(), accept()];
    const held = events.hold(patience(60_000), async () => first);
    await Promise.resolve();
    events.close();
    expect((await held).ended).toBe('time');
    expect((await events.hold(patience(60_000), async () => second)).ended).toBe('time');
  });

  it('turns a call away before it submits when all places are taken, and not for longer', async () => {
    open({ capacity: 1 });
    const head = accept();
    const held = events.hold(patience(60_000), async () => head);
    const submit = jest.fn(async () => head);
    await expect(events.hold(patience(60_000), submit)).rejects.toMatchObject({
      code: 'too-many-waiting',
      retryable: true,
    });
    expect(submit).not.toHaveBeenCalled();
    finish(head.commandId);
    tell(head.commandId);
    await held;
    await expect(events.hold(patience(10), submit)).resolves.toBeDefined();
  });

  it('gives its place back when the submission is refused', async () => {
    open({ capacity: 1 });
    const refuse = () => events.hold(patience(1_000), () => Promise.reject(new Error('lane-full')));
    await expect(refuse()).rejects.toThrow('lane-full');
    await expect(refuse()).rejects.toThrow('lane-full');
    expect(events.held).toBe(0);
  });

  it('listens to facts from the first call until some time after the last', async () => {
    open({ lingerMs: 5 });
    expect(tail.listen).not.toHaveBeenCalled();
    const head = accept('succeeded');
    await events.hold(patience(1_000), async () => head);
    await events.hold(patience(1_000), async () => head);
    expect([tail.listen.mock.calls.length, tail.rest.mock.calls.length]).toEqual([1, 0]);
    while (tail.rest.mock.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await events.hold(patience(1_000), async () => head);
    expect(tail.listen).toHaveBeenCalledTimes(2);
  });

  it('looks at what happened before the tail was there', async () => {
    const { commandId } = accept();
    const waiting = events.wait(commandId, patience(5_000));
    finish(commandId);
    events.listening();
    expect((await waiting)?.commandId).toBe(commandId);
  });
});
