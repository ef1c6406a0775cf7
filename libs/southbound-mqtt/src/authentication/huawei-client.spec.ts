import { describe, expect, it } from '@jest/globals';
import { parseHuaweiClientId } from './huawei-client-id.js';
import { huaweiPassword, verifyHuaweiClient } from './verify-huawei-client.js';

describe('a Huawei device', () => {
  const now = Date.UTC(2026, 10, 21, 15, 59, 59);
  const secret = 'd96fa2e9d4f9b0c2';
  const connect = (clientId: string, password = huaweiPassword(secret, clientId.slice(-10))) => ({
    clientId,
    username: 'd_1',
    password,
  });

  it('signs its secret with the hour of its client id as the key', () => {
    // Computed independently: printf sec | openssl dgst -sha256 -hmac 2026112115
    expect(huaweiPassword('sec', '2026112115')).toBe(
      'e3b659170d330861a3d2499eb534a90dd2bfa32620bd22735ba0dbb6c992b7e5',
    );
  });

  it('reads id, identity type, sign type and time, also when the id has underscores', () => {
    expect(parseHuaweiClientId('d_1_2_1_2026112115')).toEqual({
      id: 'd_1',
      identityType: 2,
      timeChecked: true,
      time: '2026112115',
    });
  });

  it.each([
    'd_1_0_1_2026112115',
    'd_1_0_1_2026112114',
    'd_1_0_1_2026112116',
    'd_1_2_0_1999010100',
    'd_1_0_0_2026139999',
  ])('is let in as %s', (clientId) => {
    expect(verifyHuaweiClient(connect(clientId), secret, now)).toBe(true);
    expect(
      verifyHuaweiClient(connect(clientId, huaweiPassword(secret, clientId.slice(-10)).toUpperCase()), secret, now),
    ).toBe(true);
  });

  it.each([
    ['a time two hours off that is to be checked', connect('d_1_0_1_2026112113')],
    ['a checked time that is no time', connect('d_1_0_1_2026113115')],
    ['another secret', connect('d_1_0_0_2026112115', huaweiPassword('other', '2026112115'))],
    ['a signature for another hour', connect('d_1_0_0_2026112115', huaweiPassword(secret, '2026112114'))],
    ['a password that is no digest', connect('d_1_0_0_2026112115', secret)],
    ['no password', { ...connect('d_1_0_0_2026112115'), password: undefined }],
    ['another user name', { ...connect('d_1_0_0_2026112115'), username: 'd_2' }],
    ['an unknown identity type', connect('d_1_1_0_2026112115')],
    ['a client id of another shape', connect('d_1')],
  ])('is refused with %s', (_, refused) => {
    expect(verifyHuaweiClient(refused, secret, now)).toBe(false);
  });
});
