import { describe, expect, it } from '@jest/globals';
import { currentTraceparent, withTrace } from './trace-context.js';
import { continueTraceparent, formatTraceparent, newTraceparent, parseTraceparent } from './traceparent.js';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const parentId = '00f067aa0ba902b7';
const header = `00-${traceId}-${parentId}-01`;

describe('traceparent', () => {
  it('reads and writes the example of the specification', () => {
    expect(parseTraceparent(header)).toEqual({ traceId, parentId, sampled: true });
    expect(formatTraceparent({ traceId, parentId, sampled: true })).toBe(header);
    expect(parseTraceparent(`00-${traceId}-${parentId}-00`)?.sampled).toBe(false);
  });

  it('reads a later version with fields that it does not know', () => {
    expect(parseTraceparent(`01-${traceId}-${parentId}-01-what-else`)?.traceId).toBe(traceId);
  });

  it.each([
    undefined,
    '',
    'nonsense',
    header.toUpperCase(),
    `ff-${traceId}-${parentId}-01`,
    `00-${'0'.repeat(32)}-${parentId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `${header}-more`,
    `01-${traceId}-${parentId}-01.more`,
    ` ${header}`,
  ])('does not take %p', (text) => {
    expect(parseTraceparent(text)).toBeUndefined();
  });

  it('makes valid new ones, each another trace', () => {
    const [one, two] = [parseTraceparent(newTraceparent()), parseTraceparent(newTraceparent())];
    expect(one?.sampled).toBe(true);
    expect(one?.traceId).not.toBe(two?.traceId);
  });

  it('keeps the trace and its sampling over a hop, with another parent', () => {
    const next = parseTraceparent(continueTraceparent(`00-${traceId}-${parentId}-00`));
    expect(next).toMatchObject({ traceId, sampled: false });
    expect(next?.parentId).not.toBe(parentId);
  });
});

describe('withTrace', () => {
  const here = (): string | undefined => parseTraceparent(currentTraceparent())?.traceId;

  it('follows what it starts, over awaits and timers, and ends with it', async () => {
    const seen = await withTrace(header, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return here();
    });
    expect(seen).toBe(traceId);
    expect(currentTraceparent()).toBeUndefined();
  });

  it('keeps two traces apart that run at the same time', async () => {
    const other = newTraceparent();
    const seen = await Promise.all([header, other].map((parent) => withTrace(parent, async () => here())));
    expect(seen).toEqual([traceId, parseTraceparent(other)?.traceId]);
  });

  it('starts a new trace where none came in', () => {
    expect(withTrace(undefined, here)).toMatch(/^[0-9a-f]{32}$/);
  });
});
