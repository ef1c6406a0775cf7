import { describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '@downlink/command-domain';
import fc from 'fast-check';
import { readGolden } from '../spec-support/read-golden.js';
import { importQuectelTsl } from './import-quectel-tsl.js';

const property = { id: 1, code: 'p', dataType: 'INT', subType: 'RW', specs: { min: '0', max: '9', step: '1' } };
const withProperty = (over: object) => ({ properties: [{ ...property, ...over }] });
const withService = (over: object) => ({ properties: [property], services: [{ id: 2, code: 's', ...over }] });
const problemOf = (document: unknown) => {
  const imported = importQuectelTsl(document as Json);
  return imported.ok ? 'taken' : `${imported.path}: ${imported.problem}`;
};

describe('a thing model', () => {
  it('becomes properties with their access, and services that are invoked', () => {
    const imported = importQuectelTsl(readGolden<Json>('tsl'));
    if (!imported.ok) throw new Error(imported.problem);
    const { properties = [], services } = imported.model;
    expect(properties).toEqual([
      { name: 'target', number: 1, unit: 'C', access: 'read-write', type: 'integer', min: 10, max: 30, step: 2 },
      { name: 'humidity', number: 3, unit: '%', access: 'read', type: 'decimal', min: 0, max: 100, step: 0.1 },
      { name: 'gain', number: 4, access: 'write', type: 'decimal' },
      { name: 'power', number: 10, access: 'read-write', type: 'boolean' },
      { name: 'mode', number: 11, access: 'read-write', type: 'enum', values: [1, 2] },
      { name: 'label', number: 14, access: 'read-write', type: 'text', maxLength: 5 },
      { name: 'blob', number: 15, access: 'read-write', type: 'text', maxLength: 4096 },
      { name: 'wake', number: 16, access: 'read-write', type: 'time' },
      {
        name: 'limits',
        number: 17,
        access: 'read-write',
        type: 'object',
        members: [
          { name: 'low', number: 1, type: 'integer', min: 1, max: 10, step: 1 },
          { name: 'note', number: 2, type: 'text', maxLength: 100 },
        ],
      },
      {
        name: 'steps',
        number: 18,
        access: 'read-write',
        type: 'array',
        items: { type: 'integer', min: 0, max: 9, step: 1 },
        maxItems: 3,
      },
      {
        name: 'plan',
        number: 19,
        access: 'read-write',
        type: 'array',
        items: {
          type: 'object',
          members: [
            { name: 'on', number: 1, type: 'boolean' },
            { name: 'level', number: 2, type: 'integer', min: -2_147_483_648, max: 2_147_483_647 },
          ],
        },
        maxItems: 2,
      },
      { name: 'words', number: 20, access: 'read-write', type: 'array', items: { type: 'text' }, maxItems: 10 },
    ]);
    expect(services.map(({ id }) => id)).toEqual(['fuwu', 'reset', 'program']);
    expect(services[0]).toEqual({
      id: 'fuwu',
      methods: [
        {
          name: 'invoke',
          parameters: [{ name: 'raw1', number: 7, type: 'text', maxLength: 4096 }],
          responses: [{ name: 'power', number: 10, type: 'boolean' }],
        },
      ],
    });
    expect(services[1]!.methods[0]!.parameters).toEqual([]);
    expect(services[2]!.methods[0]!.parameters!.map(({ name }) => name)).toEqual([
      'mode',
      'wake',
      'limits',
      'steps',
      'plan',
    ]);
  });

  it.each<[string, unknown, string]>([
    ['no object', [], ': expected an object'],
    ['null', null, ': expected an object'],
    ['nothing in it', {}, ': expected properties or services, or both'],
    ['properties that are no list', { properties: {} }, 'properties: expected a list'],
    ['a property that is no object', { properties: [1] }, 'properties[0]: expected an object'],
    ['no code', withProperty({ code: undefined }), 'properties[0].code: expected a text of 1 to 64 characters'],
    [
      'a code of 65',
      withProperty({ code: 'x'.repeat(65) }),
      'properties[0].code: expected a text of 1 to 64 characters',
    ],
    ['a code twice', { properties: [property, property] }, 'properties[1].code: is there twice'],
    ['an id in words', withProperty({ id: 'one' }), 'properties[0].id: expected a number'],
    ['a negative id', withProperty({ id: -1 }), 'properties[0].id: expected a whole number of at least 0'],
    ['an unknown access', withProperty({ subType: 'X' }), 'properties[0].subType: expected R, W or RW'],
    ['an unknown type', withProperty({ dataType: 'MAP' }), 'properties[0].dataType: expected BOOL, INT,'],
    ['specs that are a text', withProperty({ specs: 'x' }), 'properties[0].specs: expected an object'],
    ['a bound in words', withProperty({ specs: { min: 'low' } }), 'properties[0].specs.min: expected a number'],
    [
      'bounds the wrong way',
      withProperty({ specs: { min: '2', max: '1' } }),
      'properties[0].specs.min: lies above max',
    ],
    [
      'a negative step',
      withProperty({ specs: { step: '-1' } }),
      'properties[0].specs.step: expected no negative number',
    ],
    ['a length in words', withProperty({ dataType: 'TEXT', specs: { length: 'x' } }), 'properties[0].specs.length: '],
    [
      'an enumeration of nothing',
      withProperty({ dataType: 'ENUM', specs: [] }),
      'properties[0].specs: expected at least',
    ],
    [
      'an enumeration without value',
      withProperty({ dataType: 'ENUM', specs: [{ name: 'x' }] }),
      'properties[0].specs[0].value: expected a text or a number',
    ],
    [
      'a struct with a member that is wrong',
      withProperty({ dataType: 'STRUCT', specs: [{ code: 'm', dataType: 'NO' }] }),
      'properties[0].specs[0].dataType: expected',
    ],
    [
      'a struct with a reference',
      withProperty({ dataType: 'STRUCT', specs: [{ $ref: '#/properties/id/1' }] }),
      'properties[0].specs[0].$ref: expected no reference here',
    ],
    [
      'an array without specs',
      withProperty({ dataType: 'ARRAY', specs: null }),
      'properties[0].specs: expected an object',
    ],
    [
      'an array of size 0',
      withProperty({ dataType: 'ARRAY', specs: { dataType: 'INT', size: '0' } }),
      'properties[0].specs.size: expected a whole number of at least 1',
    ],
    [
      'an array of arrays',
      withProperty({ dataType: 'ARRAY', specs: { dataType: 'ARRAY' } }),
      'properties[0].specs.dataType: expected no array within an array',
    ],
    ['a service without code', withService({ code: '' }), 'services[0].code: expected a text of 1 to 64 characters'],
    ['a service with a word of ours', withService({ code: 'properties' }), 'services[0].code: must not be properties'],
    ['a service twice', { services: [{ code: 's' }, { code: 's' }] }, 'services[1].code: is there twice'],
    [
      'a reference to nothing',
      withService({ inputData: [{ $ref: '#/properties/id/9' }] }),
      'services[0].inputData[0].$ref: refers to no property of this document',
    ],
    [
      'an output that is wrong',
      withService({
        outputData: [
          { code: 'o', dataType: 'INT' },
          { code: 'o', dataType: 'INT' },
        ],
      }),
      'services[0].outputData[1].code: is there twice',
    ],
  ])('with %s is refused, and the place named', (_, document, problem) => {
    expect(problemOf(document)).toContain(problem);
  });

  it('takes numbers as numbers and as texts, and empty texts for none', () => {
    const specs = { min: 0, max: '9', step: '', unit: '' };
    const imported = importQuectelTsl(withProperty({ specs }) as Json);
    expect(imported).toMatchObject({ ok: true, model: { properties: [{ type: 'integer', min: 0, max: 9 }] } });
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (properties, services) => {
        expect(typeof importQuectelTsl({ properties, services } as JsonObject).ok).toBe('boolean');
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom('STRUCT', 'ARRAY', 'ENUM', 'INT', 'TEXT'), fc.jsonValue(), (dataType, specs) => {
        expect(typeof importQuectelTsl(withProperty({ dataType, specs }) as Json).ok).toBe('boolean');
      }),
    );
  });
});
