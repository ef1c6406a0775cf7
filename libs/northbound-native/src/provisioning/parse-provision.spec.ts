import { describe, expect, it } from '@jest/globals';
import type { ModelImporters } from '@downlink/northbound-kit';
import { parseProvision } from './parse-provision.js';
import { ProvisionError } from './provision-error.js';

function pathsOf(json: unknown, importers?: ModelImporters): string[] {
  try {
    parseProvision(json, importers);
  } catch (error) {
    if (error instanceof ProvisionError) return error.errors.map(({ path }) => path);
    throw error;
  }
  return [];
}

const PARAMETER = 'products[0].model.services[0].methods[0].parameters[0]';
const modelOf = (...parameters: object[]) => ({
  products: [
    {
      key: 'p',
      application: 'a',
      wireFormat: 'native',
      model: { services: [{ id: 's', methods: [{ name: 'm', parameters }] }] },
    },
  ],
});

const PRODUCT = { key: 'p', application: 'a', wireFormat: 'native' };

describe('provisioning file', () => {
  it('becomes a declaration; ids, keys and secrets are kept as given', () => {
    const credentials = {
      native: { key: 'k' },
      huawei: { secret: 's' },
      enos: { orgId: 'o', appKey: 'ak', appSecret: 'as' },
      quectel: { accessKey: 'ak', accessSecret: 'as' },
    };
    const model = {
      services: [{ id: 's', methods: [{ name: 'm' }, { name: 'n', parameters: [{ name: 'p', type: 'any' }] }] }],
    };
    expect(
      parseProvision({
        applications: [
          {
            id: 'app1',
            name: 'One',
            ...credentials,
            authorisedBy: ['app2', 'app3', 'app2'],
            quotas: { callsPerMinute: 100 },
            methods: { allow: ['lamp.*', 'heater.on', '*'], deny: ['raw.*'] },
          },
        ],
        products: [{ key: 'pk1', application: 'app1', wireFormat: 'huawei', secret: 'ps', model }],
        devices: [
          {
            id: 'd1',
            application: 'app1',
            product: 'pk1',
            key: 'dk1',
            assetId: 'as1',
            secret: 'x',
            activated: false,
          },
        ],
      }),
    ).toEqual({
      applications: [
        {
          id: 'app1',
          name: 'One',
          credentials,
          authorisedBy: ['app2', 'app3'],
          callsPerMinute: 100,
          methods: { allow: ['lamp.*', 'heater.on', '*'], deny: ['raw.*'] },
        },
      ],
      products: [
        {
          key: 'pk1',
          applicationId: 'app1',
          name: 'pk1',
          wireFormat: 'huawei',
          secret: 'ps',
          model,
          modelSource: null,
        },
      ],
      devices: [
        {
          id: 'd1',
          applicationId: 'app1',
          productKey: 'pk1',
          name: 'd1',
          key: 'dk1',
          assetId: 'as1',
          secret: 'x',
          activated: false,
        },
      ],
    });
  });

  it('may leave out everything but ids; what it leaves out is not declared', () => {
    expect(parseProvision({})).toEqual({ applications: [], products: [], devices: [] });
    expect(parseProvision({ applications: [{ id: 'a' }] }).applications).toEqual([
      { id: 'a', name: 'a', credentials: {} },
    ]);
    const [device] = parseProvision({ devices: [{ id: 'd', application: 'a', product: 'p' }] }).devices;
    expect(device).toEqual({ id: 'd', applicationId: 'a', productKey: 'p', name: 'd', activated: true });
  });

  it.each<[string, unknown, string[]]>([
    ['nothing', undefined, ['']],
    ['an array', [], ['']],
    ['an unknown section', { aplications: [] }, ['aplications']],
    ['unknown members, each', { applications: [{ id: 'a', x: 1, y: 2 }] }, ['applications[0].x', 'applications[0].y']],
    ['a credential of the wrong shape', { applications: [{ id: 'a', huawei: 's' }] }, ['applications[0].huawei']],
    [
      'half a credential',
      { applications: [{ id: 'a', enos: { orgId: 'o', appKey: 'k' }, quectel: { accessSecret: 's' } }] },
      ['applications[0].enos.appSecret', 'applications[0].quectel.accessKey'],
    ],
    ['EnOS without its organization', { applications: [{ id: 'a', enos: {} }] }, ['applications[0].enos.orgId']],
    ['an id left out', { applications: [{}] }, ['applications[0].id']],
    [
      'an id left out where only a key tells the device',
      { devices: [{ application: 'a', product: 'p', key: 'k' }] },
      ['devices[0].id'],
    ],
    [
      'an id that is no id of who authorises',
      { applications: [{ id: 'a', authorisedBy: ['b', 'c/d'] }] },
      ['applications[0].authorisedBy[1]'],
    ],
    [
      'a quota below nothing',
      { applications: [{ id: 'a', quotas: { callsPerMinute: -1 } }] },
      ['applications[0].quotas.callsPerMinute'],
    ],
    [
      'a right to what is no pattern',
      { applications: [{ id: 'a', methods: { allow: ['lamp.*', 'lamp'], deny: ['.on'] } }] },
      ['applications[0].methods.allow[1]', 'applications[0].methods.deny[0]'],
    ],
    [
      'a property without access',
      { products: [{ ...PRODUCT, model: { services: [], properties: [{ name: 'p', type: 'text' }] } }] },
      ['products[0].model.properties[0].access'],
    ],
    [
      'two models',
      {
        products: [
          { ...PRODUCT, model: { services: [] }, quectelTsl: {} },
          { ...PRODUCT, huaweiProfile: 1, enosThingModel: 2 },
        ],
      },
      ['products[0].quectelTsl', 'products[1].enosThingModel'],
    ],
    [
      'a wire format that nobody speaks',
      { products: [{ ...PRODUCT, wireFormat: 'morse' }] },
      ['products[0].wireFormat'],
    ],
    [
      'a payload that no Quectel device takes',
      { products: [{ ...PRODUCT, quectel: { payload: 'xml' } }] },
      ['products[0].quectel.payload'],
    ],
    ['a parameter without a type', modelOf({ name: 'p' }), [`${PARAMETER}.type`]],
    ['a parameter of no known type', modelOf({ name: 'p', type: 'float' }), [`${PARAMETER}.type`]],
    ['a parameter without a name', modelOf({ type: 'time' }), [`${PARAMETER}.name`]],
    ['a bound of another type', modelOf({ name: 'p', type: 'boolean', max: 1 }), [`${PARAMETER}.max`]],
    ['bounds in the wrong order', modelOf({ name: 'p', type: 'decimal', min: 1, max: 0.5 }), [`${PARAMETER}.max`]],
    ['a step of nothing', modelOf({ name: 'p', type: 'integer', step: 0 }), [`${PARAMETER}.step`]],
    ['an enum of nothing', modelOf({ name: 'p', type: 'enum', values: [] }), [`${PARAMETER}.values`]],
    [
      'a wrong type inside a list inside a structure',
      modelOf({
        name: 'p',
        type: 'object',
        members: [{ name: 'q', type: 'array', items: { type: 'text', minLength: -1 } }],
      }),
      [`${PARAMETER}.members[0].items.minLength`],
    ],
    [
      'two parameters of one name',
      modelOf({ name: 'p', type: 'time' }, { name: 'p', type: 'any' }),
      [PARAMETER.slice(0, -3)],
    ],
    ['an empty id', { applications: [{ id: '' }] }, ['applications[0].id']],
    ['an id of 65 characters', { applications: [{ id: 'x'.repeat(65) }] }, ['applications[0].id']],
  ])('is refused with the path for %s', (_, json, paths) => {
    expect([...new Set(pathsOf(json))]).toEqual(paths);
  });

  it.each(['native', 'huawei', 'enos', 'quectel'])('takes a product whose devices speak %s', (wireFormat) => {
    expect(parseProvision({ products: [{ ...PRODUCT, wireFormat }] }).products).toMatchObject([{ wireFormat }]);
  });

  it('keeps what devices of a Quectel product take on the wire', () => {
    const product = { ...PRODUCT, wireFormat: 'quectel', quectel: { payload: 'ttlv' } };
    expect(parseProvision({ products: [product] }).products).toMatchObject([
      { attributes: { quectel: { payload: 'ttlv' } } },
    ]);
  });

  it('says of any other wire format which ones there are', () => {
    const product = { ...PRODUCT, wireFormat: 'morse' };
    expect(() => parseProvision({ products: [product] })).toThrow(/expected one of native, huawei, enos, quectel/);
  });

  it('tells all offences at once', () => {
    expect(pathsOf({ applications: [{ id: 1 }], devices: [{ id: 2 }] }).length).toBeGreaterThan(2);
  });
});

describe('a model in a vendor’s own format', () => {
  const model = { services: [{ id: 's', methods: [] }] };
  const importers: ModelImporters = {
    enos: (document) =>
      document === 'good' ? { ok: true, model } : { ok: false, path: 'services[0].name', problem: 'is missing' },
    quectel: () => ({ ok: false, path: '', problem: 'is no such document' }),
  };

  it('becomes canonical, and the document is kept', () => {
    const [product] = parseProvision({ products: [{ ...PRODUCT, enosThingModel: 'good' }] }, importers).products;
    expect(product).toMatchObject({ model, modelSource: { format: 'enos', document: 'good' } });
  });

  it('is refused by the path within the document', () => {
    const products = [
      { ...PRODUCT, enosThingModel: {} },
      { ...PRODUCT, quectelTsl: [] },
    ];
    expect(pathsOf({ products }, importers)).toEqual([
      'products[0].enosThingModel.services[0].name',
      'products[1].quectelTsl',
    ]);
  });

  it('is refused where nobody reads it', () => {
    expect(pathsOf({ products: [{ ...PRODUCT, huaweiProfile: {} }] }, importers)).toEqual([
      'products[0].huaweiProfile',
    ]);
  });
});
