import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createLogger } from '../logging/logger.js';
import { retryForever, type RetryForeverOptions } from './retry-forever.js';

interface Line {
  level: string;
  msg: string;
  reason?: string;
  waitedMs: number;
}

function setup(): { lines: Line[]; options: RetryForeverOptions } {
  const lines: Line[] = [];
  const destination = { write: (line: string) => lines.push(JSON.parse(line) as Line) };
  const logger = createLogger({ service: 's', destination });
  return { lines, options: { what: 'Kafka at k:9092', logger, jitter: 0 } };
}

/** Fails until `recover` is called and remembers when it was called. */
function server(): { attempt: () => Promise<string>; recover: () => void; callsAt: number[] } {
  const begin = Date.now();
  const callsAt: number[] = [];
  let up = false;
  const attempt = async (): Promise<string> => {
    callsAt.push(Date.now() - begin);
    if (up) return 'connected';
    throw Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' });
  };
  return { attempt, callsAt, recover: () => void (up = true) };
}

describe('retryForever', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('says nothing when the server is there', async () => {
    const { lines, options } = setup();
    await expect(retryForever(async () => 7, options)).resolves.toBe(7);
    expect(lines).toEqual([]);
  });

  it('waits twice as long each time, up to the longest wait', async () => {
    const { options } = setup();
    const { attempt, callsAt, recover } = server();
    const result = retryForever(attempt, { ...options, initialMs: 100, maxMs: 500 });
    await jest.advanceTimersByTimeAsync(1_400);
    recover();
    await jest.advanceTimersByTimeAsync(500);
    await expect(result).resolves.toBe('connected');
    expect(callsAt).toEqual([0, 100, 300, 700, 1200, 1700]);
  });

  it('warns once with what is missing, again every 30 s, and tells once when it is back', async () => {
    const { lines, options } = setup();
    const { attempt, recover } = server();
    const result = retryForever(attempt, options);
    await jest.advanceTimersByTimeAsync(29_000);
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'warn',
        msg: 'waiting for Kafka at k:9092',
        reason: 'connect refused (ECONNREFUSED)',
      }),
    ]);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(lines.map((line) => line.level)).toEqual(['warn', 'warn', 'warn']);
    recover();
    await jest.advanceTimersByTimeAsync(5_000);
    await result;
    expect(lines.at(-1)).toMatchObject({ level: 'info', msg: 'Kafka at k:9092 is there again' });
    expect(lines).toHaveLength(4);
    expect(lines.at(-1)?.waitedMs).toBeGreaterThan(89_000);
  });

  it('varies its waits within the fraction given', async () => {
    const { options } = setup();
    const { attempt, callsAt } = server();
    const stop = new AbortController();
    const result = retryForever(attempt, {
      ...options,
      initialMs: 1000,
      maxMs: 1000,
      jitter: 0.2,
      signal: stop.signal,
    });
    const ended = expect(result).rejects.toThrow();
    await jest.advanceTimersByTimeAsync(20_000);
    stop.abort();
    await ended;
    const waits = callsAt.slice(1).map((at, index) => at - (callsAt[index] ?? 0));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(800);
    expect(Math.max(...waits)).toBeLessThanOrEqual(1201);
    expect(new Set(waits).size).toBeGreaterThan(3);
  });

  it('gives up at once when the process stops, also in the middle of a wait', async () => {
    const { options } = setup();
    const stop = new AbortController();
    const result = retryForever(server().attempt, { ...options, signal: stop.signal });
    const ended = expect(result).rejects.toThrow('stopping');
    await jest.advanceTimersByTimeAsync(50);
    stop.abort(new Error('stopping'));
    await ended;
    expect(jest.getTimerCount()).toBe(0);
  });

  it('does not wait for what waiting will not mend', async () => {
    const { lines, options } = setup();
    const wrongPassword = Object.assign(new Error('password authentication failed'), { retryable: false });
    await expect(retryForever(() => Promise.reject(wrongPassword), options)).rejects.toBe(wrongPassword);
    expect(lines).toEqual([]);
  });
});
