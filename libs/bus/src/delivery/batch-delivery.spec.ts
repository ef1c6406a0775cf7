import { describe, expect, it } from '@jest/globals';
import { Fault } from '@downlink/command-engine';
import { UnreadableMessage } from '@downlink/message-contracts';
import type { FactBatch } from '../fact-batch.js';
import { aFact } from '../contracts/some-facts.js';
import { BatchDelivery } from './batch-delivery.js';
import { IncomingRecord } from './incoming-record.js';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

function record(offset: number, over: { unreadable?: 'headers' | 'value' } = {}): IncomingRecord {
  const fact = aFact('d1', offset + 1);
  const fail = (part: string): never => {
    throw new UnreadableMessage(part, 'planted');
  };
  return new IncomingRecord({
    key: 'd1',
    origin: { topic: 't', partition: 0, offset: String(offset) },
    recordedAt: 0,
    raw: () => ({ key: null, value: null, headers: [] }),
    headers: () =>
      over.unreadable === 'headers'
        ? fail('headers')
        : { type: 'AttemptSent', commandId: fact.commandId, version: fact.version, application: 'a', status: 'sent' },
    read: () => (over.unreadable === 'value' ? fail('value') : fact),
  });
}

const records = (count: number): IncomingRecord[] => Array.from({ length: count }, (_, offset) => record(offset));
const offsets = ({ records: given }: Pick<FactBatch, 'records'>): number[] =>
  given.map(({ origin }) => Number(origin.offset));

function delivery(handle: (batch: FactBatch) => void, tries = 3) {
  const buried: { offset: number; error: unknown; attempts: number }[] = [];
  const stop = new AbortController();
  const made = new BatchDelivery<IncomingRecord>({
    group: 'g',
    logger: silent,
    tries,
    backoff: { firstMs: 1, maxMs: 1 },
    signal: stop.signal,
    handle: async (batch) => handle(batch),
    bury: async ({ origin, attempts }, error) => void buried.push({ offset: Number(origin.offset), error, attempts }),
  });
  return { deliver: (given: IncomingRecord[]) => made.deliver(given), buried, stop };
}

describe('delivering a batch', () => {
  it('calls the handler once when it succeeds', async () => {
    const calls: number[][] = [];
    await delivery((batch) => void calls.push(offsets(batch))).deliver(records(3));
    expect(calls).toEqual([[0, 1, 2]]);
  });

  it('tries the whole batch again before it splits it', async () => {
    const calls: number[][] = [];
    const { deliver, buried } = delivery((batch) => {
      calls.push(offsets(batch));
      if (calls.length < 3) throw new Error('for now');
    });
    await deliver(records(4));
    expect(calls).toEqual([
      [0, 1, 2, 3],
      [0, 1, 2, 3],
      [0, 1, 2, 3],
    ]);
    expect(buried).toEqual([]);
  });

  it('finds several poison records and hands the others over in their order', async () => {
    const poison = new Set([2, 3, 11]);
    const handled: number[] = [];
    const { deliver, buried } = delivery((batch) => {
      if (offsets(batch).some((offset) => poison.has(offset))) throw new TypeError('poison');
      handled.push(...offsets(batch));
    });
    await deliver(records(16));
    expect(handled).toEqual([0, 1, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15]);
    expect(buried.map(({ offset }) => offset)).toEqual([2, 3, 11]);
  });

  it('gives a record that stands alone its tries before it is buried', async () => {
    let calls = 0;
    const { deliver, buried } = delivery(() => {
      calls += 1;
      throw new TypeError('poison');
    }, 4);
    await deliver(records(1));
    expect(calls).toBe(4);
    expect(buried).toMatchObject([{ offset: 0, attempts: 4 }]);
  });

  it('buries a record whose value cannot be read at once, and calls again with the others', async () => {
    const calls: number[][] = [];
    const { deliver, buried } = delivery((batch) => {
      calls.push(offsets(batch));
      for (const one of batch.records) one.read();
    });
    await deliver([record(0), record(1, { unreadable: 'value' }), record(2)]);
    expect(calls).toEqual([
      [0, 1, 2],
      [0, 2],
    ]);
    expect(buried).toMatchObject([{ offset: 1, error: { code: 'unreadable-message' }, attempts: 1 }]);
  });

  it('never shows a handler a record whose headers cannot be read', async () => {
    const calls: number[][] = [];
    const { deliver, buried } = delivery((batch) => void calls.push(offsets(batch)));
    await deliver([record(0, { unreadable: 'headers' }), record(1)]);
    expect(calls).toEqual([[1]]);
    expect(buried).toMatchObject([{ offset: 0, attempts: 0 }]);
  });

  it('does not count retryable faults among the tries', async () => {
    let calls = 0;
    const { deliver, buried } = delivery(() => {
      calls += 1;
      if (calls < 20) throw new Fault('store-unavailable', 'away', { retryable: true });
    }, 1);
    await deliver(records(2));
    expect(calls).toBe(20);
    expect(buried).toEqual([]);
  });

  it('treats a fault that is not retryable as any other error', async () => {
    const { deliver, buried } = delivery(() => {
      throw new Fault('store-refused', 'no', { retryable: false });
    }, 1);
    await deliver(records(2));
    expect(buried.map(({ offset }) => offset)).toEqual([0, 1]);
  });

  it('ends without burying anything when the member leaves', async () => {
    const { deliver, buried, stop } = delivery(() => {
      stop.abort();
      throw new TypeError('poison');
    }, 1);
    await expect(deliver(records(2))).rejects.toMatchObject({ name: 'DeliveryStopped' });
    expect(buried).toEqual([]);
  });
});
