import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json, JsonObject } from '@downlink/command-domain';
import type { Product, ProductModel } from '@downlink/command-engine';
import { readGolden } from '../spec-support/read-golden.js';
import { importEnosThingModel } from './import-enos-thing-model.js';
import { modelIdOf, thingModelOf } from './thing-model.js';

const golden = readGolden<{ document: JsonObject; model: ProductModel }>('thing-model');

describe('a thing model', () => {
  it('is imported as the golden one', () => {
    expect(importEnosThingModel(golden.document)).toEqual({ ok: true, model: golden.model });
  });

  it('may have nothing in it, and null means absent', () => {
    const empty = { ok: true, model: { services: [], properties: [] } };
    expect(importEnosThingModel({})).toEqual(empty);
    expect(importEnosThingModel({ services: null, measurepoints: null, events: 1 })).toEqual(empty);
  });

  const point = (over: JsonObject) => ({
    services: { s: { inputData: [{ identifier: 'p', dataType: 'INT', ...over }] } },
  });
  const AT = 'services.s.inputData[0]';
  it.each<[Json, string, string]>([
    [null, '', 'expected an object'],
    ['text', '', 'expected an object'],
    [{ services: [] }, 'services', 'expected an object'],
    [{ services: { s: 1 } }, 'services.s', 'expected an object'],
    [{ services: { s: { identifier: 't' } } }, 'services.s.identifier', 'differs from the key that it stands under'],
    [{ services: { s: { inputData: {} } } }, 'services.s.inputData', 'expected a list'],
    [{ services: { s: { outputData: [1] } } }, 'services.s.outputData[0]', 'expected an object'],
    [{ measurepoints: { m: {} } }, 'measurepoints.m.dataType', 'expected one of INT, FLOAT'],
    [point({ identifier: '' }), `${AT}.identifier`, 'expected a text'],
    [point({ identifier: null }), `${AT}.identifier`, 'is missing'],
    [point({ dataType: 'int' }), `${AT}.dataType`, 'expected one of'],
    [point({ dataType: 'constructor' }), `${AT}.dataType`, 'expected one of'],
    [point({ required: 'yes' }), `${AT}.required`, 'expected true or false'],
    [point({ unit: 1 }), `${AT}.unit`, 'expected a unit'],
    [point({ dataDefinition: '{' }), `${AT}.dataDefinition`, 'is no JSON'],
    [point({ dataDefinition: '[]' }), `${AT}.dataDefinition`, 'expected an object'],
    [point({ dataDefinition: { min: 'low' } }), `${AT}.dataDefinition.min`, 'expected a number'],
    [point({ dataDefinition: { min: 2, max: 1 } }), `${AT}.dataDefinition.max`, 'lies below min'],
    [point({ dataDefinition: { step: 0 } }), `${AT}.dataDefinition.step`, 'above 0'],
    [
      point({ dataType: 'STRING', dataDefinition: { maxLength: 1.5 } }),
      `${AT}.dataDefinition.maxLength`,
      'whole number',
    ],
    [point({ dataType: 'ENUM' }), `${AT}.dataDefinition.enumType`, 'expected INT or STRING'],
    [
      point({ dataType: 'ENUM', dataDefinition: { enumType: 'INT' } }),
      `${AT}.dataDefinition.enumDesc`,
      'expected an object',
    ],
    [
      point({ dataType: 'ENUM', dataDefinition: { enumType: 'INT', enumDesc: {} } }),
      `${AT}.dataDefinition.enumDesc`,
      'names no value',
    ],
    [
      point({ dataType: 'ENUM', dataDefinition: { enumType: 'INT', enumDesc: { on: 1 } } }),
      `${AT}.dataDefinition.enumDesc.on`,
      'whole number',
    ],
    [
      point({ dataType: 'ARRAY', dataDefinition: { itemType: 'STRUCT' } }),
      `${AT}.dataDefinition.itemType`,
      'expected one of',
    ],
    [
      point({
        dataType: 'STRUCT',
        dataDefinition: '{"items":[{"identifier":"a","dataType":"INT"},{"identifier":"a","dataType":"INT"}]}',
      }),
      `${AT}.dataDefinition.items[1].identifier`,
      'stands twice',
    ],
  ])('is refused with the path of what is wrong: %j', (document, path, problem) => {
    const imported = importEnosThingModel(document);
    expect(imported).toEqual({ ok: false, path, problem: expect.stringContaining(problem) });
  });

  it('is imported or refused, whatever JSON it is', () => {
    const json = fc.jsonValue({ maxDepth: 2 });
    const type = fc.constantFrom('INT', 'ENUM', 'STRING', 'STRUCT', 'ARRAY', 'BOOL', 'constructor');
    const anyPoint = fc.record(
      {
        identifier: fc.oneof(fc.constant('p'), json),
        dataType: fc.oneof(type, json),
        dataDefinition: json,
        unit: json,
      },
      { requiredKeys: [] },
    );
    const service = fc.record({ inputData: fc.oneof(fc.array(anyPoint, { maxLength: 3 }), json) });
    const entries = fc.oneof(
      fc.dictionary(fc.string(), fc.oneof(service, anyPoint, json), { noNullPrototype: true }),
      json,
    );
    const document = fc.oneof(fc.record({ services: entries, measurepoints: entries }), json);
    fc.assert(
      fc.property(document, (any) => {
        const imported = importEnosThingModel(any as Json);
        return imported.ok ? Array.isArray(imported.model.services) : imported.problem !== '';
      }),
      { numRuns: 2_000 },
    );
  });

  it('does not nest without end', () => {
    let definition: JsonObject = {};
    for (let depth = 0; depth < 40; depth++) {
      definition = { items: [{ identifier: 'a', dataType: 'STRUCT', dataDefinition: definition }] };
    }
    const imported = importEnosThingModel(point({ dataType: 'STRUCT', dataDefinition: definition }));
    expect(imported).toMatchObject({ ok: false, problem: 'nests too deep' });
  });
});

describe('a product’s model as EnOS shows it', () => {
  const product: Product = {
    key: 'p',
    applicationId: 'a',
    name: 'Planets',
    wireFormat: 'enos',
    model: golden.model,
    modelVersion: 1,
    modelSource: { format: 'enos', document: golden.document },
    lateAnswers: 'record',
    attributes: {},
    createdAt: 0,
  };

  it('is the one that it was made from, under the caller’s organization', () => {
    expect(modelIdOf(product)).toBe('planet');
    expect(thingModelOf(product, 'o1')).toEqual({ ...golden.document, orgId: 'o1' });
  });

  it('is said in EnOS’ words where it came from elsewhere, and means the same when it is imported again', () => {
    const services = [...golden.model.services, { id: 'lamp', methods: [{ name: 'dim', parameters: [] }] }];
    const shown = thingModelOf({ ...product, model: { ...golden.model, services }, modelSource: null }, 'o1');
    expect(shown).toMatchObject({ modelId: 'p', modelIdPath: '/p', name: { defaultValue: 'Planets' } });
    const again = importEnosThingModel(shown!);
    expect(again).toMatchObject({ ok: true, model: { properties: golden.model.properties } });
    expect(again.ok && again.model.services.slice(0, 2)).toEqual(golden.model.services);
    expect(again.ok && again.model.services[2]?.id).toBe('lamp.dim');
  });

  it('is nothing for a product without a model', () => {
    const bare = { ...product, model: null, modelSource: null };
    expect([modelIdOf(bare), thingModelOf(bare, 'o1')]).toEqual([null, null]);
  });
});
