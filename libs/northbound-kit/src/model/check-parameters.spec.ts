import { describe, expect, it } from '@jest/globals';
import type { Json } from '@downlink/command-domain';
import type { Parameter, ValueType } from '@downlink/command-engine';
import { checkParameters, type ParameterFlaw } from './check-parameters.js';
import { pathText } from './path-text.js';

const flawOf = (type: ValueType, value: Json): ParameterFlaw | undefined =>
  checkParameters({ it: value }, [{ ...type, name: 'it' }])[0]?.flaw;

const percent = { type: 'integer', min: 0, max: 100, step: 5 } as const;
const tenths = { type: 'decimal', step: 0.1 } as const;
const short = { type: 'text', minLength: 1, maxLength: 3 } as const;
const mode = { type: 'enum', values: ['auto', 1] } as const;
const list = { type: 'array', items: percent, minItems: 1, maxItems: 2 } as const;

describe('a value', () => {
  it.each<[ValueType, Json, ParameterFlaw | undefined]>([
    [percent, 0, undefined],
    [percent, 100, undefined],
    [percent, -5, 'out-of-range'],
    [percent, 105, 'out-of-range'],
    [percent, 7, 'off-step'],
    [percent, 5.5, 'wrong-type'],
    [percent, '5', 'wrong-type'],
    [{ type: 'integer', min: 1, step: 3 }, 7, undefined],
    [{ type: 'integer', min: 1, step: 3 }, 6, 'off-step'],
    [{ type: 'integer' }, Number.MAX_SAFE_INTEGER, undefined],
    [tenths, 0.3, undefined],
    [tenths, 12_345.7, undefined],
    [tenths, 0.35, 'off-step'],
    [{ type: 'decimal', max: 1.5 }, 1.5, undefined],
    [{ type: 'decimal', max: 1.5 }, 1.51, 'out-of-range'],
    [{ type: 'boolean' }, false, undefined],
    [{ type: 'boolean' }, 0, 'wrong-type'],
    [short, 'abc', undefined],
    [short, '😀😀😀', undefined],
    [short, '', 'wrong-length'],
    [short, 'abcd', 'wrong-length'],
    [short, 1, 'wrong-type'],
    [{ type: 'text' }, '', undefined],
    [mode, 'auto', undefined],
    [mode, 1, undefined],
    [mode, '1', 'not-in-enum'],
    [mode, ['auto'], 'not-in-enum'],
    [{ type: 'time' }, '2026-11-21T08:00:00Z', undefined],
    [{ type: 'time' }, '2026-11-21T08:00:00.123+01:00', undefined],
    [{ type: 'time' }, '2026-13-21T08:00:00Z', 'no-time'],
    [{ type: 'time' }, '2026-02-28T23:59:59-11:30', undefined],
    [{ type: 'time' }, '2026-02-30T08:00:00Z', 'no-time'],
    [{ type: 'time' }, '2026-11-21T25:00:00Z', 'no-time'],
    [{ type: 'time' }, '2026-11-21', 'no-time'],
    [{ type: 'time' }, '20261121T080000Z', undefined],
    [{ type: 'time' }, '20260230T080000Z', 'no-time'],
    [{ type: 'time' }, '20261121T080000', 'no-time'],
    [{ type: 'time' }, '20261121T250000Z', 'no-time'],
    [{ type: 'time' }, 1_763_712_000_000, 'wrong-type'],
    [list, [5, 10], undefined],
    [list, [], 'wrong-length'],
    [list, [5, 10, 15], 'wrong-length'],
    [list, [5, 7], 'off-step'],
    [list, { 0: 5 }, 'wrong-type'],
    [{ type: 'object', members: [] }, {}, undefined],
    [{ type: 'object', members: [] }, [], 'wrong-type'],
    [{ type: 'any' }, [{ deep: 'x' }], undefined],
  ])('by %j: %j', (type, value, flaw) => expect(flawOf(type, value)).toBe(flaw));
});

describe('parameters', () => {
  const expected: readonly Parameter[] = [
    { name: 'level', type: 'integer', required: true },
    { name: 'fade', type: 'boolean' },
    {
      name: 'plan',
      type: 'array',
      items: { type: 'object', members: [{ name: 'from', type: 'time', required: true }] },
    },
  ];
  const errorsOf = (parameters: Parameters<typeof checkParameters>[0]) =>
    checkParameters(parameters, expected).map(({ path, flaw }) => `${pathText(path)}: ${flaw}`);

  it('may leave out what is not required, and null means absent', () => {
    expect(errorsOf({ level: 1 })).toEqual([]);
    expect(errorsOf({ level: 1, fade: null, plan: null })).toEqual([]);
    expect(errorsOf({ level: null })).toEqual(['level: missing']);
  });

  it('are all told of, each by its place', () => {
    const plan = [{ from: '2026-11-21T08:00:00Z' }, { from: 'noon', until: 'night' }, {}];
    expect(errorsOf({ fade: 'slow', plan, colour: 'red' })).toEqual([
      'level: missing',
      'fade: wrong-type',
      'plan[1].from: no-time',
      'plan[1].until: unknown',
      'plan[2].from: missing',
      'colour: unknown',
    ]);
  });

  it('named like members of every object are looked for among the caller’s own', () => {
    const named = [{ name: 'constructor', type: 'integer', required: true }] as const;
    expect(checkParameters({}, named)).toMatchObject([{ flaw: 'missing' }]);
    expect(checkParameters(JSON.parse('{"constructor":1,"__proto__":2}'), named)).toMatchObject([{ flaw: 'unknown' }]);
  });

  it('are not repeated in what is said of them', () => {
    const [error] = checkParameters({ level: 'my-secret' }, expected);
    expect(JSON.stringify(error)).not.toContain('my-secret');
  });
});
