import { describe, expect, it } from '@jest/globals';
import { parseEnosClientId, parseEnosUser } from './enos-client-id.js';
import { enosPassword, verifyEnosClient } from './verify-enos-client.js';

const signed = { clientName: 'dk1', deviceKey: 'dk1', productKey: 'pk1', timestamp: '1795262016620' };
const password = '2ecb2b1911e1470dd30b61d6a465397b182531f01be49c3a6296089b88a7bdf0';

describe('an EnOS device', () => {
  // What the vendor's device software for Node and Python sends for the device dk1 of pk1 with the secret "sec".
  it.each([
    ['Node, in upper case', signed, password.toUpperCase()],
    ['the same in lower case', signed, password],
    [
      'Python, with a fraction in its timestamp',
      { ...signed, timestamp: '1795261835446.4036' },
      'a944d475bdb9f0deb86fbb58424eb0ae922b7467f2cf6d5ba711aadf2604b275',
    ],
  ])('signs as the vendor’s software does: %s', (_, values, sent) => {
    expect(enosPassword(values, 'sec')).toBe(sent.toLowerCase());
    expect(verifyEnosClient(values, sent, 'sec')).toBe(true);
  });

  it.each([
    ['another secret', signed, password, 'sec2'],
    ['another timestamp', { ...signed, timestamp: '1795262016621' }, password, 'sec'],
    ['another name before the bar', { ...signed, clientName: 'dk2' }, password, 'sec'],
    ['another device key', { ...signed, deviceKey: 'dk2' }, password, 'sec'],
    ['another product key', { ...signed, productKey: 'pk2' }, password, 'sec'],
    ['its secret in place of a digest', signed, 'sec', 'sec'],
    ['half a digest', signed, password.slice(0, 32), 'sec'],
    ['no password', signed, '', 'sec'],
  ])('is refused with %s', (_, values, sent, secret) => {
    expect(verifyEnosClient(values, sent, secret)).toBe(false);
  });

  it.each([
    ['dk1|securemode=2,signmethod=sha256,timestamp=1|', { name: 'dk1', secureMode: '2', timestamp: '1' }],
    ['dk1|securemode=2,signmethod=hmacsha256,timestamp=1.5|', { name: 'dk1', secureMode: '2', timestamp: '1.5' }],
    ['|timestamp=1,securemode=3|', { name: '', secureMode: '3', timestamp: '1' }],
    ['dk1|securemode=2,signmethod=x,timestamp=1', { name: 'dk1', secureMode: '2', timestamp: '1' }],
    [
      'dk1{ip=10.0.0.1,version=0.1.5,compress=DEFAULT}|securemode=2,signmethod=sha256,timestamp=1|',
      { name: 'dk1{ip=10.0.0.1,version=0.1.5,compress=DEFAULT}', secureMode: '2', timestamp: '1' },
    ],
  ])('says in its client id what it signs: %s', (clientId, read) => {
    expect(parseEnosClientId(clientId)).toEqual(read);
  });

  it.each(['dk1', 'dk1|', 'dk1||', 'dk1|securemode=2|', 'dk1|timestamp=1|', 'a|securemode=2,timestamp=1|b', '|||'])(
    'has no client id like %j',
    (clientId) => {
      expect(parseEnosClientId(clientId)).toBeUndefined();
    },
  );

  it('is named by its user name; a product key holds no ampersand', () => {
    expect(parseEnosUser('dk1&pk1')).toEqual({ deviceKey: 'dk1', productKey: 'pk1' });
    expect(parseEnosUser('d&k1&pk1')).toEqual({ deviceKey: 'd&k1', productKey: 'pk1' });
    for (const user of ['', 'dk1', '&pk1']) expect(parseEnosUser(user)).toBeUndefined();
  });
});
