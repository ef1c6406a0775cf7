import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ConnectingDevice } from '../gateway/ports.js';
import { readIdentity } from './read-identity.js';

interface Said {
  readonly clientId?: string;
  readonly username?: string;
  readonly password?: string;
  readonly commonName?: string;
}

function connecting({ clientId = '', password, ...said }: Said): ConnectingDevice {
  return {
    clientId,
    remoteAddress: '192.0.2.1',
    protocolVersion: 4,
    ...said,
    ...(password !== undefined && { password: Buffer.from(password) }),
  };
}

describe('whom a CONNECT claims to be', () => {
  const enos = (mode: string): string => `dk1|securemode=${mode},signmethod=sha256,timestamp=1|`;

  it.each<[Said, object]>([
    [
      { clientId: 'd1', username: 'd1', password: 'x' },
      { claim: { deviceId: 'd1' }, wireFormat: 'native' },
    ],
    [
      { clientId: '', username: 'd1', password: 'x' },
      { claim: { deviceId: 'd1' }, wireFormat: 'native' },
    ],
    [
      { clientId: 'dk1', username: 'pk1/dk1', password: 'x' },
      { claim: { productKey: 'pk1', deviceKey: 'dk1' }, wireFormat: 'quectel', proof: { kind: 'sent', secret: 'x' } },
    ],
    [
      { clientId: 'pk1/dk1', username: 'pk1/dk1', password: 'x' },
      { claim: { productKey: 'pk1', deviceKey: 'dk1' }, wireFormat: 'quectel' },
    ],
    [
      { clientId: enos('2'), username: 'dk1&pk1', password: 'x' },
      { claim: { productKey: 'pk1', deviceKey: 'dk1' }, wireFormat: 'enos', proof: { kind: 'computed' } },
    ],
    [
      { clientId: enos('3'), username: 'dk1&pk1', password: 'x' },
      { claim: { productKey: 'pk1', deviceKey: 'dk1' }, wireFormat: 'enos', proof: { kind: 'activation' } },
    ],
    [
      { clientId: 'd_1_0_1_2026112115', username: 'd_1', password: 'x' },
      { claim: { deviceId: 'd_1' }, wireFormat: 'huawei', proof: { kind: 'computed' } },
    ],
    [
      { clientId: 'node_2_0_2026112115', username: 'node', password: 'x' },
      { claim: { wireFormat: 'huawei', deviceKey: 'node' }, wireFormat: 'huawei' },
    ],
  ])('is told by client id and user name: %j', (said, identity) => {
    expect(readIdentity(connecting(said))).toMatchObject(identity);
  });

  it.each(['d_1_0_0_2026112115', 'a|b', enos('2')])('a native device may be called %j', (id) => {
    expect(readIdentity(connecting({ clientId: id, username: id, password: 'x' }))).toMatchObject({
      claim: { deviceId: id },
      wireFormat: 'native',
    });
  });

  it.each<[Said, object]>([
    [{ commonName: 'd1' }, { deviceId: 'd1' }],
    [{ commonName: 'd1', username: 'd1', clientId: 'whatever', password: '' }, { deviceId: 'd1' }],
    [{ commonName: 'pk1/dk1' }, { productKey: 'pk1', deviceKey: 'dk1' }],
  ])('is the common name of a verified certificate where there is no password: %j', (said, claim) => {
    expect(readIdentity(connecting(said))).toEqual({ claim, wireFormat: null, proof: { kind: 'certificate' } });
  });

  it('is what a password is for, also with a certificate', () => {
    const said = { commonName: 'd1', clientId: 'd2', username: 'd2', password: 'x' };
    expect(readIdentity(connecting(said))).toMatchObject({ claim: { deviceId: 'd2' }, proof: { kind: 'sent' } });
  });

  it.each<[string, Said]>([
    ['nobody says who it is', { password: 'x' }],
    ['a native device comes under the client id of another', { clientId: 'd2', username: 'd1', password: 'x' }],
    ['a Quectel device comes under the client id of another', { clientId: 'dk2', username: 'pk1/dk1', password: 'x' }],
    ['a Huawei user name is not the id in the client id', { clientId: 'd_0_0_2026112115', username: 'e' }],
    ['an EnOS user name names no product', { clientId: enos('2'), username: 'dk1', password: 'x' }],
    ['EnOS integration mode is asked for', { clientId: enos('4'), username: 'dk1&pk1', password: 'x' }],
    ['a secure mode is a member of every object', { clientId: enos('constructor'), username: 'dk1&pk1' }],
    ['a certificate is of another device than the user name', { commonName: 'd1', username: 'd2' }],
  ])('is nobody when %s', (_, said) => {
    expect(readIdentity(connecting(said))).toBeUndefined();
  });

  it('is read from any texts without throwing, and so is whether the proof is right', () => {
    const part = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('dk1', 'dk1&pk1', 'pk1/dk1', '/', '&', '|', '_0_0_2026112115', '_2_1_9999999999', '\ud800', '\0'),
      fc.constantFrom('|securemode=2,timestamp=1|', '|securemode=3,timestamp=|', 'a'.repeat(65)),
    );
    const text = fc.array(part, { maxLength: 3 }).map((parts) => parts.join(''));
    const optional = fc.option(text, { nil: undefined });
    const said = fc.record({ clientId: text, username: optional, commonName: optional, password: fc.uint8Array() });
    fc.assert(
      fc.property(said, text, ({ clientId, username, commonName, password }, secret) => {
        const identity = readIdentity({
          clientId,
          remoteAddress: '',
          protocolVersion: 5,
          password: Buffer.from(password),
          ...(username !== undefined && { username }),
          ...(commonName !== undefined && { commonName }),
        });
        const proof = identity?.proof;
        if (proof?.kind === 'computed') expect(proof.isBy(secret, 0)).toBe(false);
        if (proof?.kind === 'activation') expect(proof.isBy(secret)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });
});
