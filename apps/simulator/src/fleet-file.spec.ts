import { describe, expect, it } from '@jest/globals';
import { parseFleet } from './fleet-file.js';

const parse = (groups: unknown) => parseFleet(JSON.stringify(groups), 'fleet.json');

describe('the description of a mixed fleet', () => {
  it('numbers the devices of each group after its behaviour', () => {
    const groups = parse([
      { behaviour: 'sleeping', devices: 2, awakeMs: 4_000 },
      { behaviour: 'silent', ids: ['mum'], wireFormat: 'huawei' },
    ]);
    expect(groups.map(({ ids }) => ids)).toEqual([['sleeping-0', 'sleeping-1'], ['mum']]);
    expect(groups[0]!.absences).toEqual({ awakeMs: 4_000 });
    expect(groups[1]!.wireFormat).toBe('huawei');
  });

  it('tells what happens to a group in the course of time', () => {
    const timeline = {
      startAfterMs: 5_000,
      changeTo: [{ behaviour: 'silent', afterMs: 10_000 }],
      reconnectAtMs: [1_000, 2_000],
    };
    const [group] = parse([{ behaviour: 'flapping', devices: 1, retryFirstMs: 100, ...timeline }]);
    expect(group).toMatchObject({ timeline, retry: { firstMs: 100 } });
  });

  it('names the file that is no JSON', () => {
    expect(() => parseFleet('[', 'fleet.json')).toThrow('fleet.json');
  });

  it.each([
    [[], 'fleet.json'],
    [[{ behaviour: 'silent', devices: 1, changeTo: [{ behaviour: 'kind', afterMs: 1 }] }], 'behaviour'],
    [[{ behaviour: 'silent', devices: 1, wireFormat: 'enos' }], 'product key'],
    [[{ behaviour: 'silent', devices: 1, wireFormat: 'enos', productKey: 'p', sharedSockets: 1 }], 'share'],
    [[{ behaviour: 'kind', devices: 1 }], 'behaviour'],
    [[{ behaviour: 'silent' }], 'ids or devices'],
    [[{ behaviour: 'silent', devices: 1, ids: ['a'] }], 'ids or devices'],
    [[{ behaviour: 'silent', devices: 1, colour: 'red' }], 'colour'],
  ])('refuses %j and says what is wrong', (groups, message) => {
    expect(() => parse(groups)).toThrow(message);
  });
});
