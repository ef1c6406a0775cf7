import { describe, expect, it } from '@jest/globals';
import type { Json } from '@downlink/command-domain';
import type { Parameter, ProductModel } from '@downlink/command-engine';
import { Refusal } from '../errors/refusal.js';
import { readServiceCall } from './asked.js';
import { checkAsked } from './check-asked.js';

const parameters: readonly Parameter[] = [
  { name: 'level', type: 'decimal', min: -4_294_967_295, max: 10, step: 0.1, required: true },
  { name: 'list', type: 'array', items: { type: 'text', maxLength: 1 }, maxItems: 2 },
];
const model: ProductModel = { services: [{ id: 's', methods: [{ name: 'invoke', parameters }, { name: 'other' }] }] };

const refusalOf = (inputs: Json, over: Partial<{ service: string; model: ProductModel }> = {}): unknown => {
  const within = over.model ?? model;
  try {
    checkAsked(within, readServiceCall(JSON.stringify([{ [over.service ?? 's']: inputs }]), within));
  } catch (error) {
    if (error instanceof Refusal) return [error.error, error.detail];
    throw error;
  }
  return 'taken';
};

describe('a call beside a model', () => {
  it.each<[string, Json, unknown]>([
    ['as it should be', [{ level: '1.3' }, { list: [{ '0': 'a' }] }], 'taken'],
    ['without what is required', [], ['parameter-missing', 'data.level: is missing']],
    [
      'off a step of a wide range',
      [{ level: '1.35' }],
      ['out-of-range', 'data.level: expected steps of 0.1 from -4294967295'],
    ],
    [
      'with a list that is too long',
      [{ level: '1' }, { list: ['a', 'b', 'c'].map((item) => ({ '0': item })) }],
      ['too-many-items', 'data.list: expected at most 2 items'],
    ],
    [
      'with a text in a list that is too long',
      [{ level: '1' }, { list: [{ '0': 'a' }, { '0': 'bb' }] }],
      ['text-too-long', 'data.list[1]: expected at most 1 characters'],
    ],
  ])('%s is told so, with its place', (_, inputs, expected) => expect(refusalOf(inputs)).toEqual(expected));

  it('to a service that has methods instead is unreadable', () => {
    const other = { services: [{ id: 's', methods: [{ name: 'turn' }] }] };
    expect(refusalOf([], { model: other })).toEqual(['unreadable', 'data: s is not in the model']);
    expect(refusalOf([], { service: 'constructor' })).toEqual(['unreadable', 'data: constructor is not in the model']);
  });
});
