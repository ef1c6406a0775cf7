import { describe, expect, it } from '@jest/globals';
import { ErrorAnswer } from '@downlink/northbound-kit';
import type { z } from 'zod';
import { invokeServiceBody, setMeasurepointBody } from './command-bodies.js';
import { createDeviceBody } from './device.js';
import { createProductBody } from './product.js';
import { cancelCommandQuery, getCommandQuery, invokeServiceQuery, setMeasurepointQuery } from './query.js';
import { read } from './read.js';
import { searchBody } from './search.js';
import { readGolden } from '../spec-support/read-golden.js';

const of = (length: number) => 'x'.repeat(length);

/** `taken`, or the words of the refusal, which is always 99400. */
function judge(schema: z.ZodType, value: unknown): string {
  try {
    read(schema, value);
    return 'taken';
  } catch (error) {
    if (!(error instanceof ErrorAnswer)) throw error;
    const { code, msg, data } = JSON.parse(error.answer.body) as Record<string, unknown>;
    expect([error.answer.status, code, data]).toEqual([200, 99400, null]);
    return String(msg);
  }
}

describe('the query of a call that issues a command', () => {
  const least = { orgId: 'o', serviceId: 's', assetId: 'a' };

  it('has the documented defaults', () => {
    expect(read(invokeServiceQuery, least)).toEqual({ ...least, pendingTtl: 0, timeout: 30 });
    expect(read(setMeasurepointQuery, { orgId: 'o', measurepointId: 'm' })).toMatchObject({
      pendingTtl: 0,
      timeout: 30,
    });
  });

  it('takes an empty parameter for an absent one', () => {
    const empty = { pendingTtl: '', timeout: '', assetId: '', productKey: '', deviceKey: '' };
    expect(read(invokeServiceQuery, { ...least, ...empty })).toMatchObject({ pendingTtl: 0, timeout: 30 });
  });

  it.each<[string, unknown, boolean]>([
    ['pendingTtl', '0', true],
    ['pendingTtl', '1', true],
    ['pendingTtl', '172800', true],
    ['pendingTtl', '172801', false],
    ['pendingTtl', '-1', false],
    ['pendingTtl', '1.5', false],
    ['pendingTtl', '1e3', false],
    ['pendingTtl', 'soon', false],
    ['pendingTtl', ['1', '2'], false],
    ['pendingTtl', '99999999999', false],
    ['timeout', '1', true],
    ['timeout', '60', true],
    ['timeout', '0', false],
    ['timeout', '61', false],
    ['timeout', '30s', false],
    ['timeout', ['30'], false],
    ['orgId', of(256), true],
    ['orgId', of(257), false],
    ['serviceId', of(256), true],
    ['serviceId', of(257), false],
    ['serviceId', ['a', 'b'], false],
    ['assetId', of(256), true],
    ['assetId', of(257), false],
    ['productKey', of(257), false],
    ['deviceKey', of(257), false],
    ['deviceKey', ['a', 'b'], false],
  ])('with %s %j is taken or refused by its documented range', (member, value, ok) => {
    const said = judge(invokeServiceQuery, { ...least, [member]: value });
    expect(said).toMatch(ok ? /^taken$/ : new RegExp(`^Invalid Argument ${member}:${member} `));
  });

  it.each<[string, z.ZodType, object]>([
    ['orgId', invokeServiceQuery, { serviceId: 's' }],
    ['orgId', invokeServiceQuery, { serviceId: 's', orgId: '' }],
    ['serviceId', invokeServiceQuery, { orgId: 'o' }],
    ['measurepointId', setMeasurepointQuery, { orgId: 'o' }],
    ['commandId', getCommandQuery, { orgId: 'o' }],
    ['commandId', getCommandQuery, { orgId: 'o', commandId: '' }],
  ])('must have its %s', (member, schema, query) =>
    expect(judge(schema, query)).toBe(`Invalid Argument ${member}:${member} is missing`),
  );

  it('may leave out the command that is to be canceled', () => {
    expect(read(cancelCommandQuery, { orgId: 'o', commandId: '' })).not.toHaveProperty('commandId', '');
  });
});

describe('the body of a call that issues a command', () => {
  it.each([[{}], [{ a: 1, b: [1], c: { d: null } }]])('takes inputs %j', (inputData) =>
    expect(judge(invokeServiceBody, { inputData, other: 1 })).toBe('taken'),
  );
  it.each([['text'], [1], [true], [[]]])('refuses inputs %j', (inputData) =>
    expect(judge(invokeServiceBody, { inputData })).toBe('Invalid Argument inputData:inputData expected an object'),
  );
  it.each([[{}], [{ inputData: null }]])('refuses %j: inputs are mandatory, and null is absent', (body) =>
    expect(judge(invokeServiceBody, body)).toBe('Invalid Argument inputData:inputData is missing'),
  );
  it.each([[1], [0], [''], ['on'], [false], [[1]], [{ a: 1 }]])('takes the value %j', (value) =>
    expect(judge(setMeasurepointBody, { value })).toBe('taken'),
  );
  it.each([[{}], [{ value: null }]])('refuses %j: a value is mandatory, and null is absent', (body) =>
    expect(judge(setMeasurepointBody, body)).toBe('Invalid Argument value:value is missing'),
  );
  it.each([undefined, null, 'x', 1, []])('refuses %j as a whole', (body) =>
    expect(judge(invokeServiceBody, body)).toMatch(/^Invalid Argument body:/),
  );
});

describe('the body of a search', () => {
  const page = (over: object) => ({ pagination: { pageNo: 1, pageSize: 10, ...over } });
  it.each([
    [{}],
    [{ expression: null, pagination: null, projection: null }],
    [page({})],
    [page({ pageNo: '2', pageSize: '200' })],
    [page({ pageNo: 2_147_483_647, pageSize: 1 })],
    [page({ sorters: null })],
    [page({ sorters: [{ field: 'createTime' }] })],
    [page({ sorters: [{ field: 'createTime', order: 'DESC' }] })],
    [{ projection: ['a.b'] }],
  ])('takes %j', (body) => expect(judge(searchBody, body)).toBe('taken'));

  it.each<[object, string]>([
    [page({ pageNo: 0 }), 'pagination.pageNo'],
    [page({ pageNo: -1 }), 'pagination.pageNo'],
    [page({ pageNo: null }), 'pagination.pageNo'],
    [page({ pageNo: 2_147_483_648 }), 'pagination.pageNo'],
    [page({ pageSize: 0 }), 'pagination.pageSize'],
    [page({ pageSize: 201 }), 'pagination.pageSize'],
    [page({ pageSize: 1.5 }), 'pagination.pageSize'],
    [page({ pageSize: undefined }), 'pagination.pageSize'],
    [page({ sorters: [{ field: 'a' }, { field: 'b' }] }), 'pagination.sorters'],
    [page({ sorters: [{ field: 'a', order: 'up' }] }), 'pagination.sorters[0].order'],
    [page({ sorters: [{}] }), 'pagination.sorters[0].field'],
    [{ expression: { state: 2 } }, 'expression'],
    [{ projection: 'commandId' }, 'projection'],
    [{ projection: [1] }, 'projection[0]'],
    [{ projection: Array.from({ length: 101 }, () => 'a') }, 'projection'],
  ])('refuses %j and names %s', (body, member) => {
    expect(judge(searchBody, body).startsWith(`Invalid Argument ${member}:`)).toBe(true);
  });
});

describe('the body of a registration', () => {
  const product = readGolden<{ create: { body: Record<string, unknown> } }>('product').create.body;
  const device = readGolden<{ create: { body: Record<string, unknown> } }>('device').create.body;

  it('is taken as in the vendor’s samples', () => {
    expect(read(createProductBody, product)).toMatchObject({ dynamicActivateEnabled: false });
    expect(read(createDeviceBody, device)).toMatchObject({ deviceDesc: 'made by a client' });
    expect(read(createDeviceBody, { ...device, deviceKey: '' }).deviceKey).toBeUndefined();
  });

  it.each([
    [{ deviceKey: null, deviceDesc: null, deviceTags: null, deviceAttributes: null }],
    [{ deviceKey: of(64) }],
    [{ deviceName: { defaultValue: of(256), i18nValue: null } }],
    [{ timezone: 'Europe/Berlin' }],
    [{ deviceTags: { [of(49)]: of(199) } }],
  ])('of a device takes %j', (over) => expect(judge(createDeviceBody, { ...device, ...over })).toBe('taken'));

  it.each<[object, string]>([
    [{ productKey: undefined }, 'productKey'],
    [{ timezone: undefined }, 'timezone'],
    [{ timezone: 'here' }, 'timezone'],
    [{ deviceName: 'lamp' }, 'deviceName'],
    [{ deviceName: {} }, 'deviceName.defaultValue'],
    [{ deviceName: { defaultValue: of(257) } }, 'deviceName.defaultValue'],
    [{ deviceKey: of(65) }, 'deviceKey'],
    [{ deviceKey: 'a/b' }, 'deviceKey'],
    [{ deviceKey: 'a+b' }, 'deviceKey'],
    [{ deviceAttributes: [] }, 'deviceAttributes'],
    [{ deviceTags: { a: 1 } }, 'deviceTags.a'],
    [{ deviceTags: { a: of(200) } }, 'deviceTags.a'],
    [{ deviceDesc: of(1025) }, 'deviceDesc'],
  ])('of a device refuses %j and names %s', (over, member) =>
    expect(judge(createDeviceBody, { ...device, ...over }).startsWith(`Invalid Argument ${member}:`)).toBe(true),
  );

  it.each<[object, string]>([
    [{ modelId: undefined }, 'modelId'],
    [{ dataFormat: 'XML' }, 'dataFormat'],
    [{ productType: 'device' }, 'productType'],
    [{ biDirectionalAuth: 'no' }, 'biDirectionalAuth'],
    [{ biDirectionalAuth: null }, 'biDirectionalAuth'],
    [{ productName: null }, 'productName'],
    [{ productTags: { 'a b': 'x' } }, 'productTags'],
  ])('of a product refuses %j and names %s', (over, member) =>
    expect(judge(createProductBody, { ...product, ...over })).toContain(`Invalid Argument ${member}`),
  );
});
