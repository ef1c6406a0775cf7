import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Admission } from '../gateway/ports.js';
import { collectingLogger } from '../spec-support/collecting-logger.js';
import { connectTo, enos, huawei, native, type Said } from '../spec-support/device-connects.js';
import { openDeviceInstallation, type DeviceInstallation } from '../spec-support/device-installation.js';
import { RegistryAuthenticator, type DeviceRegistry } from './registry-authenticator.js';

describe('devices are let in by the registry', () => {
  let installation: DeviceInstallation;
  let logger: ReturnType<typeof collectingLogger>;
  let authenticator: RegistryAuthenticator;
  beforeAll(async () => {
    installation = await openDeviceInstallation();
  });
  afterAll(() => installation.close());
  beforeEach(() => {
    logger = collectingLogger();
    authenticator = new RegistryAuthenticator({ registry: installation.store.registry, logger });
  });

  const connect = (said: Said, by = authenticator) => connectTo(by, said);
  const refused = (reason: string) => ({ kind: 'refused', reason });
  const admitted = (deviceId: string) => ({
    kind: 'admitted',
    device: expect.objectContaining({ device: expect.objectContaining({ deviceId }) }),
  });

  describe('each by the scheme of its wire format', () => {
    beforeAll(() =>
      installation.declare([
        { id: 'n1', productKey: 'n', secret: 'secret' },
        { id: 'h1', productKey: 'h', key: 'node-1', secret: 'secret' },
        { id: 'e1', productKey: 'e', key: 'dk1', secret: 'secret' },
        { id: 'e2', productKey: 'e', secret: 'secret' },
        { id: 'q1', productKey: 'q', key: 'qk1', secret: 'secret' },
      ]),
    );
    const right: [string, Said, string, string][] = [
      ['native', native('n1', 'secret'), 'n1', 'native'],
      ['native without client id', { username: 'n1', password: 'secret' }, 'n1', 'native'],
      ['Huawei by device id', huawei('h1', 'secret'), 'h1', 'huawei'],
      ['Huawei by node id', huawei('node-1', 'secret', 2), 'h1', 'huawei'],
      ['EnOS by device key', enos('dk1', 'secret'), 'e1', 'enos'],
      [
        'EnOS as Java sends it',
        enos('dk1', 'secret', { name: 'dk1{ip=10.0.0.1,version=1,compress=DEFAULT}' }),
        'e1',
        'enos',
      ],
      ['EnOS without device key, by id', enos('e2', 'secret'), 'e2', 'enos'],
      ['Quectel', { clientId: 'qk1', username: 'q/qk1', password: 'secret' }, 'q1', 'quectel'],
      ['a certificate with a device id', { commonName: 'n1', clientId: 'x' }, 'n1', 'native'],
      ['a certificate with product and device key', { commonName: 'e/dk1' }, 'e1', 'enos'],
    ];
    it.each(right)('%s', async (_, said, deviceId, wireFormat) => {
      expect(await connect(said)).toMatchObject({ kind: 'admitted', device: { wireFormat, device: { deviceId } } });
    });

    it.each<[string, Said]>([
      ['native', native('n1', 'Secret')],
      ['native, without a password', { username: 'n1', password: '' }],
      ['Huawei', huawei('h1', 'other')],
      ['Huawei by node id', huawei('node-1', 'other', 2)],
      ['EnOS', enos('dk1', 'other')],
      ['EnOS, product secret for a device’s', enos('dk1', 'product-secret')],
      ['Quectel', { username: 'q/qk1', password: 'other' }],
    ])('and refused for a wrong password: %s', async (_, said) => {
      expect(await connect(said)).toEqual(refused('wrong-password'));
    });

    it.each<[string, Said]>([
      ['nobody', native('nobody', 'secret')],
      ['no name at all', native('\0', 'secret')],
      ['no device of this wire format', native('h1', 'secret')],
      ['no device of this wire format, by another scheme', huawei('n1', 'secret')],
      ['a node id where a device id is said', huawei('node-1', 'secret')],
      ['no device of this product', { username: 'n/qk1', password: 'secret' }],
      ['an EnOS device of no product', { ...enos('dk1', 'secret'), username: 'dk1&x' }],
      ['nobody’s certificate', { commonName: 'nobody' }],
    ])('and is unknown: %s', async (_, said) => {
      expect(await connect(said)).toEqual(refused('unknown'));
    });

    it('and never under the client id of another', async () => {
      expect(await connect({ ...native('n1', 'secret'), clientId: 'n2' })).toEqual(refused('client-id'));
    });

    it('and is told apart by secret where two applications have a node of one name, or by nothing', async () => {
      await installation.store.registry.apply({
        applications: [],
        products: [{ key: 'hb', applicationId: 'b', name: '', wireFormat: 'huawei', model: null }],
        devices: [
          {
            id: 'of-b',
            applicationId: 'b',
            productKey: 'hb',
            key: 'node-2',
            name: '',
            activated: true,
            secret: 'of b',
          },
        ],
      });
      await installation.declare([{ id: 'of-a', productKey: 'h', key: 'node-2', secret: 'of a' }]);
      expect(await connect(huawei('node-2', 'of b', 2))).toEqual(admitted('of-b'));
      expect(await connect(huawei('node-2', 'of a', 2))).toEqual(admitted('of-a'));
      await installation.declare([{ id: 'of-a', productKey: 'h', secret: 'of b' }]);
      expect(await connect(huawei('node-2', 'of b', 2))).toEqual(refused('wrong-password'));
    });
  });

  it('with the database’s time as epoch, which is never the same for two sessions of a device', async () => {
    await installation.declare([{ id: 'often', productKey: 'h', secret: 'x' }]);
    const admissions = await Promise.all(Array.from({ length: 5 }, () => connect(huawei('often', 'x'))));
    const epochs = admissions.map((admission) => (admission.kind === 'admitted' ? admission.device.epoch : 0));
    expect(new Set(epochs).size).toBe(5);
    expect(Math.abs(epochs[0]! - (await installation.store.now()))).toBeLessThan(60_000);
  });

  it('with the exact topics of its model where the device does not subscribe itself', async () => {
    const model = { services: [{ id: 'switch', methods: [{ name: 'invoke' }, { name: 'turn' }] }] };
    await installation.declare(
      [{ id: 'modelled', productKey: 'em', key: 'dk', secret: 'x' }],
      [{ key: 'em', wireFormat: 'enos', model }],
    );
    const admission = await connect(enos('dk', 'x', { productKey: 'em' }));
    const { subscriptions } = (admission as Extract<Admission, { kind: 'admitted' }>).device;
    expect(subscriptions.map((topic) => topic.replace('/sys/em/dk/thing/', '')).toSorted()).toEqual([
      'model/down_raw',
      'service/measurepoint/get',
      'service/measurepoint/set',
      'service/switch',
      'service/switch.turn',
    ]);
  });

  it('not when it is not activated, or removed; and who does not know its secret is not told', async () => {
    await installation.declare([
      { id: 'off', productKey: 'n', secret: 'x', activated: false },
      { id: 'gone', productKey: 'h', secret: 'x' },
    ]);
    await installation.store.registry.removeDevice('gone', 'a');
    expect(await connect(native('off', 'x'))).toEqual(refused('not-activated'));
    expect(await connect(native('off', 'y'))).toEqual(refused('wrong-password'));
    expect(await connect({ commonName: 'off' })).toEqual(refused('not-activated'));
    expect(await connect(huawei('gone', 'x'))).toEqual(refused('unknown'));
  });

  it('with a changed secret at once, and not with the one before', async () => {
    await installation.declare([{ id: 'changing', productKey: 'n', secret: 'before' }]);
    expect(await connect(native('changing', 'before'))).toEqual(admitted('changing'));
    await installation.declare([{ id: 'changing', productKey: 'n', secret: 'after' }]);
    expect(await connect(native('changing', 'before'))).toEqual(refused('wrong-password'));
    expect(await connect(native('changing', 'after'))).toEqual(admitted('changing'));
  });

  it('with a secret that was sealed before secrets of native devices were hashed', async () => {
    await installation.declare(
      [{ id: 'old', productKey: 'was-huawei', secret: 'x' }],
      [{ key: 'was-huawei', wireFormat: 'huawei' }],
    );
    await installation.declare([], [{ key: 'was-huawei', wireFormat: 'native' }]);
    expect(await connect(native('old', 'x'))).toEqual(admitted('old'));
    expect(await connect(native('old', 'y'))).toEqual(refused('wrong-password'));
  });

  it('not with a secret that is kept as a hash where its scheme computes with it, which is said in the log', async () => {
    await installation.declare(
      [{ id: 'new', productKey: 'was-native', secret: 'x' }],
      [{ key: 'was-native', wireFormat: 'native' }],
    );
    await installation.declare([], [{ key: 'was-native', wireFormat: 'huawei' }]);
    expect(await connect(huawei('new', 'x'))).toEqual(refused('wrong-password'));
    expect(JSON.stringify(logger.lines)).toContain('given a secret anew');
  });

  it('hundreds at once with a handful of queries', async () => {
    const ids = Array.from({ length: 300 }, (_, n) => `many-${String(n)}`);
    await installation.declare(ids.map((id) => ({ id, productKey: 'h', secret: id })));
    let queries = 0;
    const { registry } = installation.store;
    const counting: DeviceRegistry = {
      ...registry,
      deviceCredentials: (claims) => ((queries += 1), registry.deviceCredentials(claims)),
    };
    const by = new RegistryAuthenticator({ registry: counting, logger });
    const admissions = await Promise.all(ids.map((id) => connect(huawei(id, id), by)));
    expect(admissions).toEqual(ids.map((id) => admitted(id)));
    expect(queries).toBeLessThanOrEqual(2);
  });

  describe('who tries passwords', () => {
    it('is held back, with nothing of it in the log, and the genuine device elsewhere is not', async () => {
      await installation.declare([{ id: 'tried', productKey: 'n', secret: 'genuine' }]);
      const reasons: unknown[] = [];
      for (let n = 0; n < 200; n++) {
        const admission = await connect({ ...native('tried', `guess-${String(n)}`), from: '203.0.113.5' });
        reasons.push(admission.kind === 'refused' && admission.reason);
      }
      expect(reasons.filter((reason) => reason === 'wrong-password').length).toBeLessThan(20);
      expect(reasons.at(-1)).toBe('throttled');
      expect(await connect({ ...native('tried', 'genuine'), from: '203.0.113.5' })).toEqual(refused('throttled'));
      expect(await connect({ ...native('tried', 'genuine'), from: '198.51.100.1' })).toEqual(admitted('tried'));
      expect(JSON.stringify(logger.lines)).not.toMatch(/guess|genuine/);
    });
  });

  it('not at all, but with a fault, where secrets cannot be read or the database is away', async () => {
    await installation.declare([
      { id: 'n-fault', productKey: 'n', secret: 'x' },
      { id: 'h-fault', productKey: 'h', secret: 'x' },
    ]);
    const foreign = new RegistryAuthenticator({ registry: installation.ofAnotherKey.registry, logger });
    const unreadable = expect.objectContaining({ code: 'secret-unreadable' });
    await expect(connect(native('n-fault', 'x'), foreign)).rejects.toEqual(unreadable);
    await expect(connect(huawei('h-fault', 'x'), foreign)).rejects.toEqual(unreadable);
    const by = new RegistryAuthenticator({ registry: installation.away.registry, logger });
    await expect(connect(native('n-fault', 'x'), by)).rejects.toMatchObject({ retryable: true });
  });

  it('never by accident: whatever a CONNECT holds is refused, and throws nothing', async () => {
    await installation.declare([
      { id: 'target', productKey: 'n', secret: 'x' },
      { id: 't2', productKey: 'e', key: 'target', secret: 'x' },
    ]);
    const part = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom('target', 'target&e', 'e/target', '_0_0_2026112115', '_2_0_2026112115', '\0', '\ud800', '|', '/'),
      fc.constantFrom('|securemode=2,timestamp=1|', '|securemode=3,timestamp=1|'),
    );
    const text = fc.array(part, { maxLength: 3 }).map((parts) => parts.join(''));
    const said = fc.record({ clientId: text, username: text, password: text.filter((password) => password !== 'x') });
    await fc.assert(
      fc.asyncProperty(said, fc.ipV4(), async (values, from) => {
        expect(await connect({ ...values, from })).toMatchObject({ kind: 'refused' });
      }),
      { numRuns: 400 },
    );
  });
});
