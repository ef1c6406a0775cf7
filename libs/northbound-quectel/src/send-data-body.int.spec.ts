import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OWN } from './spec-support/quectel-client.js';
import { Sending } from './spec-support/sending.js';

describe('the body of a call that sends data', () => {
  let sending: Sending;

  beforeAll(async () => {
    sending = await Sending.start();
  });
  afterAll(() => sending.running.stop());

  it.each<[string, object, number]>([
    ['no product', { productKey: null }, 50007],
    ['an empty product', { productKey: '' }, 50007],
    ['no devices', { devices: null }, 50007],
    ['an empty list of devices', { devices: [] }, 50007],
    ['an empty device', { devices: [OWN.deviceKey, ''] }, 50007],
    ['null for a device', { devices: [null] }, 50007],
    ['101 devices', { devices: Array.from({ length: 101 }, (_, n) => `d${String(n)}`) }, 71039],
    ['devices that are no list', { devices: OWN.deviceKey }, 50005],
    ['devices that are no texts', { devices: [OWN] }, 50005],
    ['a product that is no text', { productKey: 1 }, 50005],
    ['a key of 129 characters', { productKey: 'x'.repeat(129) }, 50005],
    ['no data', { data: null }, 50005],
    ['data that is no text', { data: [{ fuwu: [] }] }, 50005],
    ['cacheTime 0', { cacheTime: 0 }, 50005],
    ['cacheTime -1', { cacheTime: -1 }, 50005],
    ['cacheTime 1.5', { cacheTime: 1.5 }, 50005],
    ['cacheTime over 32 bits', { cacheTime: 2_147_483_648 }, 50005],
    ['cacheTime in words', { cacheTime: 'long' }, 50005],
    ['isCache 1', { isCache: 1 }, 50005],
    ['isCover in words', { isCover: 'yes' }, 50005],
    ['qos 2', { qos: 2 }, 50005],
    ['qos -1', { qos: -1 }, 50005],
    ['extendPara as text', { extendPara: '{}' }, 50005],
    ['a callbackUrl of another scheme', { extendPara: { callbackUrl: 'ftp://a/b' } }, 50005],
  ])('with %s is refused', (_, over, code) => sending.refused(() => sending.client.service(over), code));

  it.each<[string, object]>([
    ['100 devices', { devices: Array.from({ length: 100 }, (_, n) => `d${String(n)}`) }],
    ['cacheTime 1', { cacheTime: 1 }],
    ['cacheTime of 32 bits', { cacheTime: 2_147_483_647 }],
    ['isCache as text', { isCache: 'true' }],
    ['null wherever it may be', { cacheTime: null, isCache: null, isCover: null, qos: null, extendPara: null }],
    ['members that nobody knows', { extra: 1, extendPara: { other: [1] } }],
  ])('with %s is taken', async (_, over) => {
    expect(await sending.client.service({ devices: ['nobody'], ...over })).toMatchObject({ code: 200 });
  });

  it.each<[string, object, number]>([
    ['no data', { data: null }, 50005],
    ['empty data', { data: '' }, 71035],
    ['4097 characters', { data: 'x'.repeat(4_097) }, 71035],
    ['4098 hexadecimal digits', { data: 'a'.repeat(4_098), encode: 'Hex' }, 71035],
    ['an odd number of hexadecimal digits', { data: 'abc', encode: 'Hex' }, 71035],
    ['no hexadecimal digits', { data: 'xy', encode: 'Hex' }, 71035],
    ['another encoding', { encode: 'Base64' }, 71035],
    ['no devices', { devices: null }, 50007],
    ['a device without product', { devices: [{ deviceKey: 'x' }] }, 50007],
    ['a device that is a text', { devices: ['x'] }, 50005],
    ['101 devices', { devices: Array.from({ length: 101 }, () => OWN) }, 71039],
  ])('of raw data with %s is refused', (_, over, code) => sending.refused(() => sending.client.raw(over), code));

  it.each<[string, object]>([
    ['4096 characters', { data: 'x'.repeat(4_096) }],
    ['4096 hexadecimal digits', { data: 'a'.repeat(4_096), encode: 'Hex' }],
    ['no word on the encoding', { encode: null }],
  ])('of raw data with %s is taken', async (_, over) => {
    const devices = [{ ...OWN, deviceKey: 'nobody' }];
    expect(await sending.client.raw({ devices, ...over })).toMatchObject({ code: 200 });
  });
});
