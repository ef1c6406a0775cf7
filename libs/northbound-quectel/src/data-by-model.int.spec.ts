import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Sending, ticketOf } from './spec-support/sending.js';

const STEADY = { productKey: 'PK0002', devices: ['DK00002'] };

describe('data, held against the thing model', () => {
  let sending: Sending;

  beforeAll(async () => {
    sending = await Sending.start();
  });
  afterAll(() => sending.running.stop());

  const call = (data: unknown) => sending.client.tsl('sendServiceData', data, STEADY);
  const write = (data: unknown) => sending.client.tsl('writeData', data, STEADY);
  const readAll = (data: unknown) => sending.client.tsl('readData', data, STEADY);

  it.each<[string, unknown, number]>([
    ['no JSON', 'on', 71027],
    ['U+0000', '[{"label":"a\\u0000"}]', 71027],
    ['no list', { target: '12' }, 71028],
    ['an empty list', [], 71028],
    ['a list of texts', ['target'], 71047],
    ['two members at once', [{ target: '12', power: 'true' }], 71047],
    ['a property twice', [{ target: '12' }, { target: '14' }], 71047],
    ['a struct that is none', [{ limits: 'x' }], 71047],
    ['an array with other keys', [{ steps: [{ '1': '1' }] }], 71047],
    ['an object where a text belongs', [{ label: [{ a: 'b' }] }], 71047],
    ['an unknown property', [{ nothing: '1' }], 70094],
    ['a number that is none', [{ target: 'warm' }], 70094],
    ['a truth value that is none', [{ power: 'maybe' }], 70094],
    ['a number below its range', [{ target: '8' }], 70090],
    ['a number above its range', [{ target: '32' }], 70090],
    ['a number off its step', [{ target: '13' }], 70090],
    ['a number out of range in a struct', [{ limits: [{ low: '11' }] }], 70090],
    ['a number out of range in an array', [{ steps: [{ '0': '1' }, { '0': '10' }] }], 70090],
    ['no member of the enumeration', [{ mode: '3' }], 70091],
    ['a text that is too long', [{ label: '123456' }], 70092],
    ['no time', [{ wake: 'tomorrow' }], 70093],
    ['an array that is too long', [{ steps: ['0', '0', '0', '0'].map((key) => ({ [key]: '1' })) }], 71039],
    ['nothing but null', [{ target: null }], 71036],
    ['a read-only property', [{ humidity: '1' }], 71038],
    ['a read-only property among others, whatever its value', [{ target: '12' }, { humidity: 'x' }], 71038],
  ])('refuses a write of %s', (_, data, code) => sending.refused(() => write(data), code));

  it.each<[string, unknown, number]>([
    ['an unknown service', [{ nothing: [] }], 70094],
    ['an unknown input', [{ fuwu: [{ x: '1' }] }], 70094],
    ['an input for a service without any', [{ reset: [{ x: '1' }] }], 70094],
    ['two services', [{ fuwu: [] }, { reset: [] }], 71029],
    ['inputs that are no list', [{ fuwu: { raw1: 'AA' } }], 71047],
    ['a service that is no object', ['fuwu'], 71047],
  ])('refuses a call with %s', (_, data, code) => sending.refused(() => call(data), code));

  it.each<[string, unknown, number]>([
    ['an unknown property', ['nothing'], 70094],
    ['something that is no text', [1], 71047],
    ['an empty text', [''], 71047],
    ['no list', { target: '' }, 71028],
    ['write-only properties alone', ['gain'], 71048],
  ])('refuses a read of %s', (_, data, code) => sending.refused(() => readAll(data), code));

  it('reads what can be read when write-only properties are among it', async () => {
    const answer = await readAll(['gain', 'target', 'target']);
    expect((await sending.stateOf(answer)).request).toMatchObject({
      method: 'read',
      parameters: { names: ['target'] },
    });
    await sending.answered(ticketOf(answer), 'DK00002');
  });

  it.each([[[]], [''], [null]])('takes %j for no inputs', async (inputs) => {
    const answer = await call([{ reset: inputs }]);
    expect((await sending.stateOf(answer)).request).toMatchObject({
      service: 'reset',
      parameters: {},
      modelVersion: 1,
    });
    await sending.answered(ticketOf(answer), 'DK00002');
  });
});
