import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@downlink/command-domain';
import { INVOKE, PROPERTIES, RAW, type ProductModel } from '@downlink/command-engine';
import { checkCommand } from './check-command.js';
import { pathText } from './path-text.js';

const model: ProductModel = {
  services: [
    {
      id: 'lamp',
      methods: [{ name: 'switch' }, { name: 'dim', parameters: [{ name: 'level', type: 'integer', max: 9 }] }],
    },
    { id: 'reset', methods: [{ name: INVOKE, parameters: [] }] },
  ],
  properties: [
    { name: 'level', access: 'read-write', type: 'integer', min: 0, max: 9 },
    { name: 'energy', access: 'read', type: 'decimal' },
    { name: 'pin', access: 'write', type: 'text' },
  ],
};

/** The model's word, or flaws with their places. */
const flawsOf = (service: string, method: string, parameters?: JsonObject, of: ProductModel = model) => {
  const found = checkCommand(of, { service, method, parameters });
  return typeof found === 'string' ? found : found.map(({ path, flaw }) => `${pathText(path)} ${flaw}`);
};

describe('a command is checked against its product’s model', () => {
  it('by service and method first', () => {
    expect(flawsOf('heater', 'on')).toBe('no-service');
    expect(flawsOf('lamp', 'on')).toBe('no-method');
    expect(flawsOf('lamp', 'switch', { whatever: 1 })).toEqual([]);
    expect(flawsOf('lamp', 'dim', { level: 10, x: 1 })).toEqual(['level out-of-range', 'x unknown']);
  });

  it('with `invoke` as the method of a service that is simply called', () => {
    expect(flawsOf('reset', INVOKE)).toEqual([]);
    expect(flawsOf('reset', INVOKE, { x: 1 })).toEqual(['x unknown']);
  });
});

describe('properties', () => {
  it.each<[JsonObject, string[]]>([
    [{ level: 9 }, []],
    [{ pin: '1234', level: null }, []],
    [{ level: 10 }, ['level out-of-range']],
    [{ energy: 1 }, ['energy read-only']],
    [{ energy: 'x', volume: 1 }, ['energy wrong-type', 'volume unknown', 'energy read-only']],
    [{}, [' missing']],
    [{ level: null }, [' missing']],
  ])('written as %j: %j', (parameters, flaws) => {
    expect(flawsOf(PROPERTIES, 'write', parameters)).toEqual(flaws);
  });

  it.each<[JsonObject, string[]]>([
    [{ names: ['level', 'energy'] }, []],
    [{ names: ['level', 'pin', 'volume'] }, ['names[1] write-only', 'names[2] unknown']],
    [{ names: [] }, ['names wrong-length']],
    [{ names: 'level' }, ['names wrong-type']],
    [{ names: [7] }, ['names[0] wrong-type']],
    [{ names: ['level'], deep: true }, ['deep unknown']],
    [{}, ['names missing']],
  ])('read as %j: %j', (parameters, flaws) => {
    expect(flawsOf(PROPERTIES, 'read', parameters)).toEqual(flaws);
  });

  it('are neither called otherwise nor there in a model without any', () => {
    expect(flawsOf(PROPERTIES, 'toggle', { level: 1 })).toBe('no-method');
    expect(flawsOf(PROPERTIES, 'write', { level: 1 }, { services: [] })).toBe('no-service');
  });

  it('give way to a service of the model that has their name', () => {
    const own: ProductModel = { ...model, services: [{ id: PROPERTIES, methods: [{ name: 'dump' }] }] };
    expect(flawsOf(PROPERTIES, 'dump', {}, own)).toEqual([]);
    expect(flawsOf(PROPERTIES, 'write', { level: 1 }, own)).toBe('no-method');
  });
});

describe('bytes as they are', () => {
  it.each<[JsonObject, string[]]>([
    [{ encoding: 'hex', data: '00fF' }, []],
    [{ encoding: 'text', data: 'xyz' }, []],
    [{ encoding: 'hex', data: '00f' }, ['data wrong-type']],
    [{ encoding: 'hex', data: 'xy' }, ['data wrong-type']],
    [{ encoding: 'base64', data: 'AA==' }, ['encoding not-in-enum']],
    [{ encoding: 'text' }, ['data missing']],
    [{ encoding: 'text', data: '' }, ['data wrong-length']],
  ])('sent as %j: %j', (parameters, flaws) => {
    expect(flawsOf(RAW, 'send', parameters)).toEqual(flaws);
  });

  it('can only be sent', () => {
    expect(flawsOf(RAW, 'receive', {})).toBe('no-method');
  });
});
