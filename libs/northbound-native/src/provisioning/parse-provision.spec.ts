import { describe, expect, it } from '@jest/globals';
import { parseProvision, ProvisionError } from './parse-provision.js';

function pathsOf(json: unknown): string[] {
  try {
    parseProvision(json);
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
        applications: [{ id: 'app1', name: 'One', ...credentials, authorisedBy: [], quotas: { callsPerMinute: 0 } }],
        products: [{ key: 'pk1', application: 'app1', wireFormat: 'huawei', model }],
        devices: [{ id: 'd1', application: 'app1', product: 'pk1', secret: 'x', activated: false }],
      }),
    ).toEqual({
      applications: [{ id: 'app1', name: 'One', credentials }],
      products: [{ key: 'pk1', applicationId: 'app1', name: 'pk1', wireFormat: 'huawei', model }],
      devices: [{ id: 'd1', applicationId: 'app1', productKey: 'pk1', name: 'd1', secret: 'x', activated: false }],
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
    ['a credential without its key', { applications: [{ id: 'a', native: {} }] }, ['applications[0].native.key']],
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
    ['authorisations', { applications: [{ id: 'a', authorisedBy: ['b'] }] }, ['applications[0].authorisedBy']],
    [
      'quotas',
      { applications: [{ id: 'a', quotas: { callsPerMinute: 9 } }] },
      ['applications[0].quotas.callsPerMinute'],
    ],
    ['an empty id', { applications: [{ id: '' }] }, ['applications[0].id']],
    ['an id of 65 characters', { applications: [{ id: 'x'.repeat(65) }] }, ['applications[0].id']],
  ])('is refused with the path for %s', (_, json, paths) => {
    expect([...new Set(pathsOf(json))]).toEqual(paths);
  });

  it.each(['secret', 'huaweiProfile', 'enosThingModel', 'quectelTsl'])(
    'says of a product’s %s that it is not supported yet',
    (member) => {
      const product = { key: 'p', application: 'a', wireFormat: 'native', [member]: {} };
      expect(() => parseProvision({ products: [product] })).toThrow(/^products\[0\]\.\w+: .*not supported yet$/);
    },
  );

  it('tells all offences at once', () => {
    expect(pathsOf({ applications: [{ id: 1 }], devices: [{ id: 2 }] }).length).toBeGreaterThan(2);
  });
});
