import { describe, expect, it } from '@jest/globals';
import { quectel } from './quectel.js';

const device = { id: 'dk1', productKey: 'pk1' };
const TICKET = '1056234875692351488';
const read = (body: object) =>
  quectel.read(
    device,
    'quectel/v1/pk1/dk1/commands',
    Buffer.from(JSON.stringify({ ticket: TICKET, attempt: 2, ...body })),
  );

describe('a simulated Quectel device', () => {
  it('takes a service call, and acknowledges and answers it with its ticket', () => {
    const data = { code: 'multiply', method: 'invoke', kv: { a: 3 } };
    const command = read({ type: 'MSERV', subtype: 'INPUT', deadline: '2026-11-21T11:53:36.620Z', data });
    expect(command).toEqual({
      deviceId: 'dk1',
      key: TICKET,
      attempt: 2,
      deadline: 1_795_262_016_620,
      method: 'MSERV INPUT multiply',
      parameters: { a: 3 },
    });
    expect(JSON.parse(quectel.acknowledgement(device, command)!.payload)).toEqual({
      type: 'REQACK',
      ticket: TICKET,
      status: 'succ',
    });
    expect(JSON.parse(quectel.answer(device, command, 'succeeded').payload)).toEqual({
      type: 'RESULT',
      ticket: TICKET,
      status: 'succ',
      data: { echo: { a: 3 } },
    });
    expect(JSON.parse(quectel.answer(device, command, 'failed').payload)).toMatchObject({ status: 'fail', code: 1 });
  });

  it.each([
    [{ type: 'MATTR', subtype: 'READ', data: { codes: ['on'] } }, 'MATTR READ', { codes: ['on'] }],
    [{ type: 'MATTR', subtype: 'WRITE', data: { kv: { on: true } } }, 'MATTR WRITE', { on: true }],
    [
      { type: 'RAW', subtype: 'DOWNLINK', data: { encode: 'Hex', raw: '00' } },
      'RAW DOWNLINK',
      { encode: 'Hex', raw: '00' },
    ],
  ])('takes %j', (body, method, parameters) => {
    expect(read(body)).toMatchObject({ method, parameters });
  });

  it('logs in as its product and itself, and tells presence in the vendor’s numbers', () => {
    expect(quectel.credentials(device, 's')).toEqual({ clientId: 'pk1/dk1', username: 'pk1/dk1', password: 's' });
    expect(quectel.presence!(device, true, 7)).toMatchObject({
      topic: 'quectel/v1/pk1/dk1/online',
      payload: '{"value":1,"epoch":7}',
    });
    expect(quectel.presence!(device, false, 7)).toMatchObject({ payload: '{"value":0,"epoch":7}' });
  });

  it('does not take a request without a ticket for a command', () => {
    expect(() => read({ ticket: 7, type: 'MSERV', data: {} })).toThrow();
  });
});
