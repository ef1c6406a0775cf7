import { describe, expect, it } from '@jest/globals';
import { enos, signEnos } from './enos.js';

const device = { id: 'dk1', productKey: 'pk1' };
const request = Buffer.from('{"id":"123","version":"1.0","params":{"a":1},"method":"thing.service.multiply"}');
const read = (topic: string) => enos.read(device, topic, request);

describe('a simulated EnOS device', () => {
  it.each([
    // Computed independently: printf clientIddk1deviceKeydk1productKeypk1timestamp…sec | sha256sum
    ['1795262016620', '2ecb2b1911e1470dd30b61d6a465397b182531f01be49c3a6296089b88a7bdf0'],
    ['1795261835446.4036', 'a944d475bdb9f0deb86fbb58424eb0ae922b7467f2cf6d5ba711aadf2604b275'],
  ])('signs the timestamp %s as text', (timestamp, signature) => {
    expect(signEnos({ clientName: 'dk1', deviceKey: 'dk1', productKey: 'pk1', timestamp }, 'sec')).toBe(signature);
  });

  it('connects as one of the three libraries in the field: hex in both cases, times with a fraction and without', () => {
    const all = ['a', 'b', 'c'].map((id) => enos.credentials({ id, productKey: 'pk1' }, 'sec'));
    expect(all.filter(({ password }) => /^[0-9A-F]{64}$/.test(password))).toHaveLength(1);
    expect(all.filter(({ password }) => /^[0-9a-f]{64}$/.test(password))).toHaveLength(2);
    expect(all.filter(({ clientId }) => /timestamp=\d{13}\.\d+\|$/.test(clientId))).toHaveLength(1);
    expect(all.filter(({ clientId }) => /^\w\{ip=.*\}\|securemode=2,/.test(clientId))).toHaveLength(1);
    for (const { username } of all) expect(username).toMatch(/^[abc]&pk1$/);
  });

  it('never subscribes, and takes what comes on its own topics but what is a reply itself', () => {
    expect(enos.listensTo(device)).toEqual([]);
    expect(enos.isMeantFor(device, '/sys/pk1/dk1/thing/service/multiply')).toBe(true);
    expect(enos.isMeantFor(device, '/sys/pk1/dk1/thing/service/multiply_reply')).toBe(false);
    expect(enos.isMeantFor(device, '/sys/pk1/dk2/thing/service/multiply')).toBe(false);
  });

  it.each([
    ['/sys/pk1/dk1/thing/service/multiply', '/sys/pk1/dk1/thing/service/multiply_reply'],
    ['/sys/pk1/dk1/thing/service/measurepoint/set', '/sys/pk1/dk1/thing/service/measurepoint/set_reply'],
    ['/sys/pk1/dk1/rrpc/request/77', '/sys/pk1/dk1/rrpc/response/77'],
  ])('answers %s on %s with the id as text', (asked, replied) => {
    const { topic, payload } = enos.answer(device, read(asked), 'succeeded');
    expect(topic).toBe(replied);
    expect(JSON.parse(payload)).toEqual({ id: '123', code: 200, data: { echo: { a: 1 } } });
  });

  it('fails with the codes of its library, one of them a text', () => {
    const codes = ['a', 'b', 'c'].map((id) => {
      const failing = { id, productKey: 'pk1' };
      const command = enos.read(failing, `/sys/pk1/${id}/thing/service/multiply`, request);
      return (JSON.parse(enos.answer(failing, command, 'failed').payload) as { code: unknown }).code;
    });
    expect(codes.toSorted()).toEqual([1101, 500, '500'].toSorted());
  });

  it.each(['{"version":"1.0"}', '{"id":"1"}', '{"id":1,"params":{}}', 'no JSON'])(
    'does not take %s for a command',
    (text) => {
      expect(() => enos.read(device, '/sys/pk1/dk1/thing/service/x', Buffer.from(text))).toThrow();
    },
  );
});
