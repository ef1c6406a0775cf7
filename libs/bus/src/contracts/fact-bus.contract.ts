import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Controller, Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { Fault, type CommittedFact, type FactPublisher, type RecordReplayer } from '@downlink/command-engine';
import type { DeadLetter, FactMessage } from '@downlink/message-contracts';
import { eventually } from '@downlink/testing';
import type { FactBatch, PoisonRecord } from '../fact-batch.js';
import type { FactServerOptions } from '../fact-server-options.js';
import { OnFacts } from '../on-facts.decorator.js';
import { aFact, someFacts } from './some-facts.js';

/** One bus of its own, for one test. */
export interface BusUnderTest {
  readonly publisher: FactPublisher & RecordReplayer;
  /** A new member of a group. The suite uses 'one' and 'two'; every fact must reach both. */
  member(options: FactServerOptions): CustomTransportStrategy;
  deadLetters(): Promise<readonly { letter: DeadLetter; fact: FactMessage }[]>;
  close(): Promise<void>;
}

export interface BusHarness {
  open(): Promise<BusUnderTest>;
  readonly withinMs: number;
}

type Handler = (batch: FactBatch) => Promise<void> | void;

const silent = { debug() {}, info() {}, warn() {}, error() {} };

function appOf(handler: Handler): DynamicModule {
  @Controller()
  class FactsController {
    @OnFacts()
    async handle(batch: FactBatch): Promise<void> {
      await handler(batch);
    }
  }
  @Module({})
  class FactsModule {}
  return { module: FactsModule, controllers: [FactsController] };
}

/** Collects what a handler was given. */
class Seen {
  readonly batches: FactBatch[] = [];
  readonly take = (batch: FactBatch): void => void this.batches.push(batch);

  numbers(device: string): number[] {
    return this.batches.flatMap(({ records }) =>
      records.filter(({ key }) => key === device).map((r) => r.read().version),
    );
  }
  get facts(): string[] {
    return this.batches.flatMap(({ records }) => records.map((r) => `${r.key}/${String(r.headers.version)}`));
  }
  get distinct(): Set<string> {
    return new Set(this.facts);
  }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
/** Drops repetitions: at least once is allowed, going back is not, except to repeat. */
const firsts = (numbers: number[]): number[] => [...new Set(numbers)];

class Gate {
  open!: () => void;
  readonly opened = new Promise<void>((resolve) => (this.open = resolve));
}

/** What every bus of facts promises, run against each adapter. */
export function factBusContract(harness: BusHarness): void {
  const { withinMs } = harness;
  let bus: BusUnderTest;
  const closes: (() => Promise<unknown>)[] = [];
  const soon = <T>(check: () => T | Promise<T>): Promise<Awaited<T>> => eventually(check, { withinMs });

  beforeEach(async () => {
    bus = await harness.open();
  });
  afterEach(async () => {
    await Promise.all(closes.splice(0).map((close) => close()));
    await bus.close();
  });

  /** A real NestJS application on the transport. */
  async function join(group: string, handler: Handler, options: Partial<FactServerOptions> = {}) {
    const strategy = bus.member({
      group,
      logger: silent,
      backoff: { firstMs: 5, maxMs: 20 },
      closeWithinMs: 300,
      ...options,
    });
    const app = await NestFactory.createMicroservice(appOf(handler), { strategy, logger: false });
    await app.listen();
    let closing: Promise<void> | undefined;
    const close = (): Promise<void> => (closing ??= app.close());
    closes.push(close);
    return { close };
  }

  /** Both groups must take a fact; this one takes everything at once. */
  const other = async (): Promise<void> => void (await join('two', () => undefined));

  it('brings every record to every group', async () => {
    const [one, two] = [new Seen(), new Seen()];
    await join('one', one.take);
    await join('two', two.take);
    await bus.publisher.publish(someFacts(20, 5));
    await soon(() => {
      expect(one.distinct.size).toBe(100);
      expect(two.distinct.size).toBe(100);
    });
  });

  it('brings a group what was published before its first member came', async () => {
    await other();
    const published = bus.publisher.publish(someFacts(5, 2));
    const seen = new Seen();
    await join('one', seen.take);
    await soon(() => expect(seen.distinct.size).toBe(10));
    await published;
  });

  it('hands a fact over as it was published, with headers that tell of it', async () => {
    const seen = new Seen();
    await other();
    await join('one', seen.take);
    await bus.publisher.publish([aFact('d1', 3)]);
    await soon(() => expect(seen.distinct.size).toBe(1));
    const record = seen.batches[0]!.records[0]!;
    // The type says that what was read is what the engine published.
    const fact: CommittedFact = record.read();
    expect(fact).toEqual(aFact('d1', 3));
    expect(record.key).toBe('d1');
    expect(record.headers).toMatchObject({
      type: 'AttemptSent',
      version: 3,
      application: 'app-1',
      status: 'sent',
      waiter: 'waiter-of-d1',
    });
  });

  it('keeps the order of each device, also when calls to publish overlap', async () => {
    const seen = new Seen();
    await other();
    await join('one', seen.take);
    const facts = someFacts(10, 40);
    await Promise.all(Array.from({ length: 40 }, (_, i) => bus.publisher.publish(facts.slice(i * 10, i * 10 + 10))));
    await soon(() => expect(seen.distinct.size).toBe(400));
    for (let device = 0; device < 10; device += 1) {
      expect(firsts(seen.numbers(`d${String(device)}`))).toEqual(upTo(40));
    }
  });

  it('merges what gathers while a handler runs, over several partitions, into one call', async () => {
    const seen = new Seen();
    let running = 0;
    let overlapped = false;
    await other();
    await join('one', async (batch) => {
      running += 1;
      overlapped ||= running > 1;
      seen.take(batch);
      await new Promise((resolve) => setTimeout(resolve, 20));
      running -= 1;
    });
    const widest = (): number =>
      Math.max(0, ...seen.batches.map(({ records }) => new Set(records.map((r) => r.origin.partition)).size));
    const published: Promise<void>[] = [];
    let number = 0;
    await soon(() => {
      number += 1;
      for (let device = 0; device < 60; device += 1) {
        published.push(bus.publisher.publish([aFact(`d${String(device)}`, number)]));
      }
      expect(widest()).toBeGreaterThan(6);
    });
    await Promise.all(published);
    await soon(() => expect(seen.distinct.size).toBe(60 * number));
    expect(overlapped).toBe(false);
  });

  it('lets calls overlap where asked to, never with one device, and delivers again what was behind one that never ended', async () => {
    const first = new Seen();
    await other();
    const stuck = new Gate();
    const dying = await join(
      'one',
      async (batch) => {
        first.take(batch);
        if (batch.records.some(({ key }) => key === 'stuck')) await stuck.opened;
      },
      { overlapBelow: 64 },
    );
    const published = [bus.publisher.publish([aFact('stuck', 1)])];
    await soon(() => expect(first.facts).toEqual(['stuck/1']));
    published.push(bus.publisher.publish([aFact('free', 1)]));
    await soon(() => expect(first.facts).toEqual(['stuck/1', 'free/1']));
    published.push(bus.publisher.publish([aFact('stuck', 2)]));
    await dying.close();
    const second = new Seen();
    await join('one', second.take);
    await soon(() => expect(second.distinct).toEqual(new Set(['stuck/1', 'free/1', 'stuck/2'])));
    expect(first.facts).toEqual(['stuck/1', 'free/1']);
    expect(firsts(second.numbers('stuck'))).toEqual([1, 2]);
    await Promise.all(published);
  });

  it('delivers again, to the next member, what a member that died had not finished', async () => {
    const first = new Seen();
    await other();
    const dying = await join('one', async (batch) => {
      first.take(batch);
      await new Promise<never>(() => undefined);
    });
    const published = bus.publisher.publish(someFacts(5, 2));
    await soon(() => expect(first.batches).toHaveLength(1));
    await dying.close();
    const second = new Seen();
    await join('one', second.take);
    await soon(() => expect(second.distinct.size).toBe(10));
    await published;
  });

  it('does not deliver again what a member that left had finished', async () => {
    const first = new Seen();
    await other();
    const leaving = await join('one', first.take);
    await bus.publisher.publish(someFacts(5, 2));
    await soon(() => expect(first.distinct.size).toBe(10));
    await leaving.close();
    const second = new Seen();
    await join('one', second.take);
    await bus.publisher.publish([aFact('last', 1)]);
    await soon(() => expect(second.facts).toEqual(['last/1']));
  });

  it('tries again for ever when the handler fails with a retryable fault, and makes no dead letter', async () => {
    let calls = 0;
    const seen = new Seen();
    await other();
    await join(
      'one',
      (batch) => {
        calls += 1;
        if (calls <= 12) throw new Fault('store-unavailable', 'the database is away', { retryable: true });
        seen.take(batch);
      },
      { tries: 2 },
    );
    await bus.publisher.publish(someFacts(3, 2));
    await soon(() => expect(seen.distinct.size).toBe(6));
    expect(await bus.deadLetters()).toEqual([]);
    expect(calls).toBeGreaterThan(12);
  });

  it('isolates a poison record: its neighbours are delivered in order, it becomes a dead letter and is told of', async () => {
    const seen = new Seen();
    const poison: PoisonRecord[] = [];
    await other();
    await join(
      'one',
      (batch) => {
        const bad = batch.records.find(({ key, headers }) => key === 'd3' && headers.version === 4);
        if (bad !== undefined) throw new TypeError('cannot take this one');
        seen.take(batch);
      },
      { tries: 2, onPoison: (record) => void poison.push(record) },
    );
    await bus.publisher.publish(someFacts(8, 8));
    await soon(() => expect(seen.distinct.size).toBe(63));
    for (const device of upTo(7).map((n) => `d${String(n)}`)) {
      const expected = device === 'd3' ? upTo(8).filter((n) => n !== 4) : upTo(8);
      expect(firsts(seen.numbers(device))).toEqual(expected);
    }
    const letters = await soon(async () => {
      const found = await bus.deadLetters();
      expect(found).toHaveLength(1);
      return found;
    });
    expect(letters[0]?.fact).toEqual(aFact('d3', 4));
    expect(letters[0]?.letter).toMatchObject({ group: 'one', error: 'TypeError: cannot take this one' });
    expect(letters[0]?.letter.attempts).toBeGreaterThanOrEqual(2);
    expect(poison).toHaveLength(1);
    expect(poison[0]).toMatchObject({ key: 'd3', headers: { version: 4 }, origin: letters[0]?.letter.origin });
  });

  it('puts a poison record back as it was, and every group gets it again', async () => {
    const [one, two] = [new Seen(), new Seen()];
    const poison: PoisonRecord[] = [];
    let broken = true;
    await join('two', two.take);
    await join(
      'one',
      (batch) => {
        if (broken) throw new TypeError('not yet');
        one.take(batch);
      },
      { tries: 1, onPoison: (record) => void poison.push(record) },
    );
    await bus.publisher.publish([aFact('d1', 1)]);
    const told = await soon(() => {
      expect(poison).toHaveLength(1);
      return poison[0]!;
    });
    expect(told).toMatchObject({ error: 'TypeError: not yet', attempts: 1, group: expect.stringMatching(/one$/) });
    expect(Math.abs(told.recordedAt - Date.now())).toBeLessThan(60_000);
    broken = false;
    await bus.publisher.replay(told.origin.topic, told.raw());
    await soon(() => expect([one.facts, two.facts]).toEqual([['d1/1'], ['d1/1', 'd1/1']]));
    const record = one.batches[0]!.records[0]!;
    expect(record.read()).toEqual(aFact('d1', 1));
    expect([record.headers, record.key]).toEqual([told.headers, 'd1']);
  });

  it('takes no record back that is of another topic', async () => {
    const record = { key: null, value: null, headers: [] };
    await expect(bus.publisher.replay('elsewhere', record)).rejects.toMatchObject({
      code: 'unknown-topic',
      retryable: false,
    });
  });

  it('asks the application again when it could not be told of a poison record for now', async () => {
    let told = 0;
    await other();
    await join('one', () => Promise.reject(new TypeError('never')), {
      tries: 1,
      onPoison: () => {
        told += 1;
        if (told < 3) throw new Fault('store-unavailable', 'the database is away', { retryable: true });
      },
    });
    await bus.publisher.publish([aFact('d1', 1)]);
    await soon(() => expect(told).toBe(3));
  });

  it('shares the work among the members of a group', async () => {
    const [first, second] = [new Seen(), new Seen()];
    await other();
    await join('one', first.take);
    await join('one', second.take);
    let number = 0;
    await soon(async () => {
      number += 1;
      await bus.publisher.publish(Array.from({ length: 60 }, (_, device) => aFact(`d${String(device)}`, number)));
      expect(first.distinct.size).toBeGreaterThan(0);
      expect(second.distinct.size).toBeGreaterThan(0);
    });
    await soon(() => expect(new Set([...first.distinct, ...second.distinct]).size).toBe(60 * number));
  });

  it('waits for a running handler when it is closed', async () => {
    const gate = new Gate();
    let finished = false;
    await other();
    const seen = new Seen();
    const member = await join(
      'one',
      async (batch) => {
        seen.take(batch);
        await gate.opened;
        finished = true;
      },
      { closeWithinMs: 20_000 },
    );
    const published = bus.publisher.publish([aFact('d1', 1)]);
    await soon(() => expect(seen.batches).toHaveLength(1));
    const closed = member.close();
    gate.open();
    await closed;
    expect(finished).toBe(true);
    await published;
  });

  it('refuses a handler whose errors Nest would replace', async () => {
    const strategy = bus.member({ group: 'one', logger: silent }) as CustomTransportStrategy & {
      addHandler(pattern: string, callback: Handler, isEventHandler: boolean): void;
    };
    expect(() => strategy.addHandler('facts', () => undefined, true)).toThrow('@OnFacts()');
  });
}
