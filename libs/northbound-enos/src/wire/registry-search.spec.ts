import { describe, expect, it } from '@jest/globals';
import type { Product } from '@downlink/command-engine';
import { productFilter, readDeviceFilter } from './registry-search.js';

const product = (key: string, over: Partial<Product> = {}): Product => ({
  key,
  applicationId: 'a',
  name: key,
  wireFormat: 'enos',
  model: { services: [] },
  modelVersion: 1,
  modelSource: null,
  lateAnswers: 'record',
  attributes: {},
  createdAt: 0,
  ...over,
});
const name = { defaultValue: 'Pump', i18nValue: { zh_CN: '泵' } };
const products = [
  product('lamp0001', { attributes: { enos: { modelId: 'lamp' } } }),
  product('pump0001', { attributes: { enos: { name } } }),
  product('bare0001', { model: null }),
];
const found = (expression?: string) => products.filter(productFilter(expression)).map(({ key }) => key.slice(0, 4));

describe('what products are searched by', () => {
  it.each([
    [undefined, ['lamp', 'pump', 'bare']],
    ["productKey = 'lamp0001'", ['lamp']],
    ["productKey in ('lamp0001', 'bare0001')", ['lamp', 'bare']],
    ["modelId = 'lamp'", ['lamp']],
    ["modelId = 'pump0001'", ['pump']],
    ["productName like 'UMP'", ['pump']],
    ["productName like '泵'", ['pump']],
    ["productName.zh_CN like '泵'", ['pump']],
    ["productName.en_US like 'pump'", ['pump']],
    ["productName.default like 'pump'", ['pump']],
    ["productName like '0001' and modelId = 'lamp'", ['lamp']],
  ])('is %s', (expression, keys) => expect(found(expression)).toEqual(keys));

  it.each(["productKey like 'a'", "productName = 'a'", "productTags.a = 'b'", "constructor = 'a'", 'productKey = '])(
    'is not %s',
    (expression) => expect(() => productFilter(expression)).toThrow('answered with 200'),
  );
});

describe('what devices are searched by', () => {
  it.each([
    [undefined, {}],
    ["deviceKey = 'a'", { keys: ['a'] }],
    ["deviceKey in ('a', 'b') and productKey = 'p'", { keys: ['a', 'b'], productKeys: ['p'] }],
    ["assetId in ('a')", { assetIds: ['a'] }],
    ["status = 'online'", { presences: ['reachable'] }],
    ["status = 'offline'", { presences: ['unreachable', 'unknown'] }],
    ["status = 'inactive'", { presences: ['never-seen'] }],
    ["status = 'disable'", { presences: [] }],
    ["deviceName like 'lamp'", { nameLike: 'lamp' }],
    ["deviceName.default like 'lamp'", { nameLike: 'lamp' }],
  ])('is %s', (expression, filter) => expect(readDeviceFilter(expression)).toEqual(filter));

  it.each([
    "deviceName.zh_CN like 'a'",
    "deviceKey like 'a'",
    "status != 'online'",
    "status in ('online')",
    "deviceTags.a = 'b'",
    "deviceKey = 'a' and deviceKey = 'b'",
    "constructor = 'a'",
  ])('is not %s', (expression) => expect(() => readDeviceFilter(expression)).toThrow('answered with 200'));
});
