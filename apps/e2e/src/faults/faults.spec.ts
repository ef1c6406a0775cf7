import { describe, expect, it } from '@jest/globals';
import { readFaultsConfig } from './config.js';
import { chooseDevices, mixDevices, STEADY_PREFIX } from './device-mix.js';
import { FAULTS } from './faults.js';
import { formatFaults, sumOf, type FaultResult } from './report.js';
import { seededRandom } from './seeded-random.js';

describe('the fault suite’s command line', () => {
  it('takes all faults unless some are named, and a seed that it prints', () => {
    expect(readFaultsConfig([])).toMatchObject({ faults: FAULTS, rate: 200, checkAtEnd: false });
    expect(readFaultsConfig(['--fault', 'kafka-kill', '--seed', '7']).faults.map(({ name }) => name)).toEqual([
      'kafka-kill',
    ]);
  });

  it.each([
    [['--fault', 'rain'], '--fault takes kill-command-api'],
    [['--rate', '0'], '--rate takes a whole number'],
    [['--check', 'never'], '--check takes each or end'],
  ])('refuses %j and says what it takes', (args, message) => {
    expect(() => readFaultsConfig(args)).toThrow(message);
  });
});

describe('chance in the fault suite', () => {
  it('follows from the seed', () => {
    const [one, same, other] = [7, 7, 8].map((seed) => Array.from({ length: 5 }, seededRandom(seed)));
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
  });

  it('sends a device that needs seconds for a command no more than it can take', () => {
    const random = seededRandom(1);
    const choose = chooseDevices(mixDevices(300, 'app'), 200, random);
    const sent = new Map<string, number>();
    for (let n = 0; n < 20_000; n += 1) {
      const { behaviour } = choose();
      sent.set(behaviour, (sent.get(behaviour) ?? 0) + 1);
    }
    const mute = mixDevices(300, 'app').filter(({ behaviour }) => behaviour === 'mute').length;
    // 20,000 commands are 100 s of load; an answer is waited for 15 s.
    expect(sent.get('mute')! / mute).toBeLessThan(100 / 5);
    const steady = mixDevices(300, 'app').filter(({ id }) => id.startsWith(STEADY_PREFIX)).length;
    expect(steady).toBeGreaterThan(200);
  });
});

describe('the fault suite’s table', () => {
  const passed: FaultResult = {
    fault: 'kafka-kill',
    title: 'kill -9 of Kafka',
    outcome: 'passed',
    times: 2,
    inFlight: 120,
    seconds: 20,
    before: { rate: 199.6, p99Ms: 80 },
    during: { rate: 12, p99Ms: 4_000 },
    recoveryMs: 1_500,
    breaches: [],
  };

  it('says what each fault did, lists every breach, and counts', () => {
    const failed: FaultResult = {
      ...passed,
      fault: 'kill-any',
      outcome: 'failed',
      recoveryMs: null,
      breaches: [{ rule: '1', text: 'command 1: was taken, is missing' }],
    };
    const skipped: FaultResult = {
      fault: 'clock-ahead',
      title: '',
      outcome: 'skipped',
      why: 'no library',
      breaches: [],
    };
    const lines = formatFaults([passed, failed, skipped])
      .split('\n')
      .map((line) => line.trim().replace(/ {2,}/g, ' | '));
    expect(lines[1]).toBe('kafka-kill | 2 | 120 | 20 | 200 | 12 | 80 ms | 4000 ms | 1.5 s | 0');
    expect(lines[2]).toContain('never | 1');
    expect(lines.slice(-2)).toEqual([
      'kill-any: breach of 1: command 1: was taken, is missing',
      'clock-ahead: no library',
    ]);
    expect(sumOf([passed, failed, skipped])).toBe('1 passed, 1 failed, 1 skipped');
  });
});
