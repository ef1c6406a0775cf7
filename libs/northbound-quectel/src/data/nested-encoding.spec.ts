import { describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '@downlink/command-domain';
import type { Parameter, ValueType } from '@downlink/command-engine';
import fc from 'fast-check';
import { decodeMembers } from './decode-values.js';
import { encodeMembers } from './encode-values.js';

/** A type together with values of it. */
interface Typed {
  readonly type: ValueType;
  readonly values: fc.Arbitrary<Json>;
}

const integer: Typed = { type: { type: 'integer' }, values: fc.maxSafeInteger() };
const decimal: Typed = {
  type: { type: 'decimal' },
  values: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
};
const boolean: Typed = { type: { type: 'boolean' }, values: fc.boolean() };
const text: Typed = { type: { type: 'text' }, values: fc.string() };
const values = [1, 2, -3, 'on', 'off'] as const;
const choice: Typed = { type: { type: 'enum', values }, values: fc.constantFrom(...values) };
const time: Typed = {
  type: { type: 'time' },
  values: fc.integer({ min: 0, max: 9_999_999_999_999 }).map((ms) => new Date(ms).toISOString()),
};

const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,7}$/);

/** Types down to a depth, each with its values. */
function typed(depth: number): fc.Arbitrary<Typed> {
  const scalar = fc.constantFrom(integer, decimal, boolean, text, choice, time);
  if (depth === 0) return scalar;
  const list = typed(depth - 1).map((items): Typed => ({
    type: { type: 'array', items: items.type },
    values: fc.array(items.values, { maxLength: 4 }),
  }));
  const struct = members(depth - 1).map(({ types, values: of }): Typed => ({
    type: { type: 'object', members: types },
    values: of,
  }));
  return fc.oneof(scalar, list, struct);
}

function members(depth: number): fc.Arbitrary<{ types: Parameter[]; values: fc.Arbitrary<JsonObject> }> {
  return fc.dictionary(name, typed(depth), { maxKeys: 4, noNullPrototype: true }).map((fields) => {
    const entries = Object.entries(fields);
    const model = Object.fromEntries(entries.map(([key, { values: of }]) => [key, of]));
    return {
      types: entries.map(([key, { type }]) => ({ name: key, ...type })),
      values: fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<JsonObject>,
    };
  });
}

describe('the nested encoding of data', () => {
  it('gives back, by the model, whatever was written by it', () => {
    const specimens = members(3).chain(({ types, values: of }) => of.map((value) => ({ types, value })));
    fc.assert(
      fc.property(specimens, ({ types, value }) => {
        const wire = JSON.parse(JSON.stringify(encodeMembers(value, types))) as Json;
        expect(decodeMembers(wire, types, [])).toEqual(value);
      }),
    );
  });

  it('gives back texts, structs and arrays by their shape alone, where they are not empty and no member is called 0', () => {
    const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.string(),
        fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
        fc.dictionary(name, tie('tree'), { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(name, tree, { noNullPrototype: true }), (value) => {
        expect(decodeMembers(encodeMembers(value, undefined), undefined, [])).toEqual(value);
      }),
    );
  });

  it('writes nothing but texts, lists and objects with one member', () => {
    const check = (value: Json): void => {
      if (typeof value === 'string') return;
      expect(Array.isArray(value)).toBe(true);
      for (const item of value as Json[]) {
        const inner = Object.values(item as JsonObject);
        expect(inner).toHaveLength(1);
        check(inner[0]!);
      }
    };
    fc.assert(
      fc.property(fc.dictionary(name, fc.jsonValue() as fc.Arbitrary<Json>), (value) =>
        check(encodeMembers(value, undefined)),
      ),
    );
  });

  it('never lets anything but a refusal out, whatever it is given', () => {
    fc.assert(
      fc.property(fc.jsonValue(), members(2), (value, { types }) => {
        try {
          decodeMembers(value as Json, types, []);
        } catch (error) {
          expect(error).toMatchObject({ name: 'Refusal', error: expect.stringMatching(/^(encoding|time)-wrong$/) });
        }
      }),
    );
  });

  it.each<[string, Json, Json]>([
    ['single values', [{ key1: 'value1' }, { key2: 'value2' }], { key1: 'value1', key2: 'value2' }],
    ['an array', [{ key1: [{ '0': 'value1' }, { '0': 'value1' }] }], { key1: ['value1', 'value1'] }],
    ['a struct', [{ key1: [{ key2: 'value2' }, { key3: 'value3' }] }], { key1: { key2: 'value2', key3: 'value3' } }],
    [
      'an array of structs',
      [{ key1: [{ '0': [{ key2: 'value2' }] }, { '0': [{ key3: 'value3' }] }] }],
      { key1: [{ key2: 'value2' }, { key3: 'value3' }] },
    ],
  ])('is read as in the vendor’s examples: %s', (_, wire, value) => {
    expect(decodeMembers(wire, undefined, [])).toEqual(value);
    expect(encodeMembers(value as JsonObject, undefined)).toEqual(wire);
  });

  it.each<[Json, ValueType, Json]>([
    ['12', { type: 'integer' }, 12],
    ['-3', { type: 'integer' }, -3],
    ['-0', { type: 'integer' }, 0],
    [12, { type: 'integer' }, 12],
    ['1.5', { type: 'integer' }, '1.5'],
    ['12 ', { type: 'integer' }, '12 '],
    ['', { type: 'integer' }, ''],
    ['9007199254740993', { type: 'integer' }, '9007199254740993'],
    ['0x10', { type: 'decimal' }, '0x10'],
    ['.5', { type: 'decimal' }, 0.5],
    ['1e3', { type: 'decimal' }, 1000],
    ['1e999', { type: 'decimal' }, '1e999'],
    ['true', { type: 'boolean' }, true],
    ['0', { type: 'boolean' }, false],
    [1, { type: 'boolean' }, true],
    ['yes', { type: 'boolean' }, 'yes'],
    ['2', { type: 'enum', values: [1, 2] }, 2],
    [2, { type: 'enum', values: ['1', '2'] }, '2'],
    ['3', { type: 'enum', values: [1, 2] }, '3'],
    ['1635839462000', { type: 'time' }, '2021-11-02T07:51:02.000Z'],
    [0, { type: 'time' }, '1970-01-01T00:00:00.000Z'],
    ['AA', { type: 'text' }, 'AA'],
  ])('reads %j as %j', (wire, type, value) => {
    expect(decodeMembers([{ it: wire }], [{ name: 'it', ...type }], [])).toEqual({ it: value });
  });

  it.each(['tomorrow', '', '-1', '1.5', '12345678901234', '2021-11-02T07:51:02Z', '20211102T075102Z', true])(
    'knows no time but ms since 1970: %j',
    (wire) => {
      const types: Parameter[] = [{ name: 'it', type: 'time' }];
      const refused = { error: 'time-wrong', detail: 'data[0].it: expected ms since 1970' };
      expect(() => decodeMembers([{ it: wire }], types, [])).toThrow(expect.objectContaining(refused));
    },
  );

  it('takes null for absent', () => {
    expect(decodeMembers([{ a: null }, { b: '1' }], undefined, [])).toEqual({ b: '1' });
    expect(encodeMembers({ a: null, b: 1 }, undefined)).toEqual([{ b: '1' }]);
  });

  it('keeps members that JavaScript objects inherit', () => {
    const wire = JSON.parse('[{"constructor":"1"},{"toString":"2"}]') as Json;
    const types: Parameter[] = [{ name: 'constructor', type: 'integer' }];
    expect(decodeMembers(wire, types, [])).toEqual(
      Object.fromEntries([
        ['constructor', 1],
        ['toString', '2'],
      ]),
    );
  });
});
