import { describe, expect, it } from '@jest/globals';
import { collectingLogger } from '../spec-support/collecting-logger.js';
import { noCounts } from './gateway-counts.js';
import { RefusalLog } from './refusal-log.js';

function trial() {
  let now = 1_000_000;
  const counts = noCounts();
  const logger = collectingLogger();
  const log = new RefusalLog(counts, logger, () => now);
  return { counts, lines: logger.lines, log, pass: (ms: number) => (now += ms) };
}

describe('the log of refusals', () => {
  it('tells five of an address a minute, counts all, and sums up the rest when the minute is over', () => {
    const { counts, lines, log, pass } = trial();
    for (let n = 0; n < 50; n += 1) log.refused('wrong-password', '10.0.0.1');
    log.refused('publish', '10.0.0.2', { topic: 'a' });
    expect(lines).toHaveLength(6);
    expect(lines.at(-1)?.details).toEqual({ kind: 'publish', remoteAddress: '10.0.0.2', topic: 'a' });
    expect(counts.refused['wrong-password']).toBe(50);
    pass(60_000);
    log.sweep();
    expect(lines[6]?.details).toMatchObject({ count: 45, addresses: ['10.0.0.1'] });
    log.refused('wrong-password', '10.0.0.1');
    expect(lines).toHaveLength(8);
  });

  it('remembers a bounded number of addresses, however many there are', () => {
    const { counts, lines, log, pass } = trial();
    for (let n = 0; n < 5_000; n += 1) log.refused('malformed', `10.0.${String(n >> 8)}.${String(n & 255)}`);
    expect([lines.length, counts.refused.malformed]).toEqual([1_000, 5_000]);
    pass(60_000);
    log.sweep();
    expect(lines.at(-1)?.details).toMatchObject({ count: 4_000 });
  });

  it('says nothing when nothing was left out', () => {
    const { lines, log, pass } = trial();
    pass(60_000);
    log.sweep();
    expect(lines).toEqual([]);
  });
});
