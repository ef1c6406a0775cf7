import { describe, expect, it } from '@jest/globals';
import { MergingPump } from './merging-pump.js';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Records are `device:number`; a call ends when the spec says so. */
function pumpOf(options: { overlapBelow: number; maxBatch?: number }) {
  const calls: { records: readonly string[]; end: () => void; fail: () => void }[] = [];
  const delivered: string[] = [];
  const pump = new MergingPump<string>({
    maxBatch: options.maxBatch ?? 500,
    overlapBelow: options.overlapBelow,
    keyOf: (record) => record.split(':')[0]!,
    deliver: (records) =>
      new Promise((resolve, reject) => calls.push({ records, end: resolve, fail: () => reject(new Error('leaving')) })),
    delivered: (records) => delivered.push(...records),
  });
  return { pump, calls, delivered, begun: () => calls.map(({ records }) => records.join(' ')) };
}

describe('a pump whose calls do not overlap', () => {
  it('makes one call of what a turn of the event loop brings, and one of what gathers while it runs', async () => {
    const { pump, calls, delivered, begun } = pumpOf({ overlapBelow: 1 });
    pump.push(['a:1']);
    pump.push(['b:1', 'a:2']);
    await turn();
    pump.push(['c:1']);
    pump.push(['d:1']);
    await turn();
    expect(begun()).toEqual(['a:1 b:1 a:2']);
    expect(pump.held).toBe(5);
    calls[0]!.end();
    await turn();
    expect(begun()).toEqual(['a:1 b:1 a:2', 'c:1 d:1']);
    expect(delivered).toEqual(['a:1', 'b:1', 'a:2']);
  });
});

describe('a pump whose calls overlap', () => {
  it('begins another call while little is under way, of at most so many', async () => {
    const { pump, calls, begun } = pumpOf({ overlapBelow: 3, maxBatch: 2 });
    pump.push(['a:1']);
    await turn();
    pump.push(['b:1', 'c:1', 'd:1', 'e:1', 'f:1']);
    await turn();
    expect(begun()).toEqual(['a:1', 'b:1 c:1']);
    calls[1]!.end();
    await turn();
    expect(begun()).toEqual(['a:1', 'b:1 c:1', 'd:1 e:1']);
    expect(pump.held).toBe(6);
  });

  it('never has records of one key with two calls, and turns no order around to avoid it', async () => {
    const { pump, calls, begun } = pumpOf({ overlapBelow: 10 });
    pump.push(['a:1']);
    await turn();
    pump.push(['b:1', 'a:2', 'c:1']);
    await turn();
    expect(begun()).toEqual(['a:1', 'b:1']);
    calls[0]!.end();
    await turn();
    expect(begun()).toEqual(['a:1', 'b:1', 'a:2 c:1']);
  });

  it('reports calls in the order in which they began, whichever ended first', async () => {
    const { pump, calls, delivered } = pumpOf({ overlapBelow: 10 });
    for (const record of ['a:1', 'b:1', 'c:1']) {
      pump.push([record]);
      await turn();
    }
    calls[2]!.end();
    calls[1]!.end();
    await turn();
    expect([delivered, pump.held]).toEqual([[], 3]);
    calls[0]!.end();
    await turn();
    expect([delivered, pump.held]).toEqual([['a:1', 'b:1', 'c:1'], 0]);
  });

  it('keeps, when its member leaves, what was not handled and all that began behind it', async () => {
    const { pump, calls, delivered, begun } = pumpOf({ overlapBelow: 10 });
    for (const record of ['a:1', 'b:1', 'c:1']) {
      pump.push([record]);
      await turn();
    }
    calls[0]!.end();
    calls[1]!.fail();
    await turn();
    pump.push(['d:1']);
    await turn();
    expect(begun()).toHaveLength(3);
    let stopped = false;
    const stopping = pump.stop().then(() => (stopped = true));
    await turn();
    expect(stopped).toBe(false);
    calls[2]!.end();
    await stopping;
    expect(delivered).toEqual(['a:1']);
    expect(pump.unfinished()).toEqual(['b:1', 'c:1', 'd:1']);
  });

  it('forgets on demand what has not begun', async () => {
    const { pump, calls, begun } = pumpOf({ overlapBelow: 1 });
    pump.push(['a:1']);
    await turn();
    pump.push(['b:1']);
    pump.discardWaiting();
    calls[0]!.end();
    await turn();
    expect(begun()).toEqual(['a:1']);
    expect(pump.held).toBe(0);
    await pump.stop();
  });
});
