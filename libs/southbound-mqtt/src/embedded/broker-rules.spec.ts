import { describe, expect, it } from '@jest/globals';
import { mayUseClientId, type BrokerIdentity } from './broker-identity.js';
import { ClientIdOwners } from './client-id-owners.js';
import { PresenceLedger } from './presence-ledger.js';
import { mayPublish, mayReceive, maySubscribe } from './topic-permissions.js';

const native: BrokerIdentity = { deviceId: 'd1', wireFormat: 'native' };
const huawei: BrokerIdentity = { deviceId: 'd1', wireFormat: 'huawei' };

describe('a device on the embedded broker', () => {
  it.each([
    [native, 'downlink/v1/devices/d1/answers', false, true],
    [native, 'downlink/v1/devices/d1/telemetry', false, true],
    [native, 'downlink/v1/devices/d1/presence', true, true],
    [native, 'downlink/v1/devices/d1/telemetry', true, false],
    [native, 'downlink/v1/devices/d2/answers', false, false],
    [native, 'downlink/v1/devices/d1/commands', false, false],
    [native, '/huawei/v1/devices/d1/data/json', false, false],
    [native, '$SYS/x', false, false],
    [huawei, '/huawei/v1/devices/d1/data/json', false, true],
    [huawei, '/huawei/v1/devices/d1/data/json', true, false],
    [huawei, 'downlink/v1/devices/d1/presence', true, false],
  ] as const)('%j publishing to %s (retained: %s) is allowed: %s', (identity, topic, retain, allowed) => {
    expect(mayPublish(identity, topic, retain)).toBe(allowed);
  });

  it.each([
    '#',
    'downlink/v1/devices/+/commands',
    'downlink/v1/devices/d2/commands',
    'downlink/v1/devices/d1/answers',
    '$SYS/#',
  ])('may neither subscribe to %s nor be handed anything from it', (filter) => {
    expect(maySubscribe(native, filter)).toBe(false);
    expect(mayReceive(native, filter)).toBe(false);
  });

  it('may subscribe to its own commands', () => {
    expect(maySubscribe(native, 'downlink/v1/devices/d1/commands')).toBe(true);
    expect(maySubscribe(huawei, '/huawei/v1/devices/d1/command/json')).toBe(true);
  });

  it.each([
    [native, 'd1', true],
    [native, 'aedes_0b9fd3d8-7f4e-4a53-9a4b-0d6f8a1c2e3f', true],
    [native, 'd2', false],
    [native, 'platform', false],
    [huawei, 'd1_0_0_2026112115', true],
    [huawei, 'd2_0_0_2026112115', false],
    [huawei, 'd1', false],
  ] as const)('%j under the client id %s is let in: %s', (identity, clientId, allowed) => {
    expect(mayUseClientId(clientId, identity)).toBe(allowed);
  });
});

describe('the platform on the embedded broker', () => {
  it('may subscribe to, publish and be handed everything but broker topics', () => {
    expect(maySubscribe('platform', '#')).toBe(true);
    expect(mayReceive('platform', 'anything')).toBe(true);
    expect(mayPublish('platform', 'downlink/v1/devices/d1/commands', false)).toBe(true);
    expect(mayPublish('platform', '$SYS/x', false)).toBe(false);
  });
});

describe('presence', () => {
  it('begins with the first listening session and ends with the last', () => {
    const ledger = new PresenceLedger();
    const [one, two] = [{}, {}];
    expect(ledger.listens('d1', one)).toBe(true);
    expect(ledger.listens('d1', one)).toBe(false);
    expect(ledger.listens('d1', two)).toBe(false);
    expect(ledger.ends('d1', one)).toBe(false);
    expect(ledger.ends('d1', one)).toBe(false);
    expect(ledger.ends('d1', two)).toBe(true);
    expect(ledger.ends('d1', two)).toBe(false);
    expect(ledger.size).toBe(0);
  });
});

describe('a client id', () => {
  it('belongs to one owner while he is connected, and on while his session is stored', () => {
    const owners = new ClientIdOwners();
    expect(owners.claim('c', 'a', false)).toBe(true);
    expect(owners.claim('c', 'b', false)).toBe(false);
    expect(owners.claim('c', 'a', false)).toBe(true);
    owners.release('c');
    expect(owners.claim('c', 'b', false)).toBe(false);
    owners.release('c');
    expect(owners.claim('c', 'b', true)).toBe(true);
    owners.release('c');
    expect(owners.claim('c', 'a', false)).toBe(false);
  });
});
