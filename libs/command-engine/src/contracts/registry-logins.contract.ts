import { beforeEach, describe, expect, it } from '@jest/globals';
import type { DeviceClaim } from '../ports/device-logins.port.js';
import type { NewDevice, Registry } from '../ports/registry.port.js';
import { app, device, product } from './registry-examples.js';

/** What every registry promises to those who let devices in. `open` gives one with nothing in it. */
export function registryLoginsContract(open: () => Promise<Registry>): void {
  let registry: Registry;
  beforeEach(async () => {
    registry = await open();
    const products = [
      product('p'),
      product('n'),
      product('q', { wireFormat: 'quectel' }),
      product('h', { wireFormat: 'huawei' }),
      product('e', { wireFormat: 'enos' }),
      product('hb', { applicationId: 'b', wireFormat: 'huawei' }),
    ];
    await registry.apply({ applications: [app('a'), app('b')], products, devices: [] });
  });
  const declare = (...devices: NewDevice[]) => registry.apply({ applications: [], products: [], devices });
  const found = async (claim: DeviceClaim) => (await registry.deviceCredentials([claim])).found[0]!;
  const ids = async (claim: DeviceClaim) => (await found(claim)).map(({ id }) => id).toSorted();
  const secretOf = async (deviceId: string) => (await found({ deviceId }))[0]?.secret;
  const hashOf = async (deviceId: string): Promise<string> => {
    const secret = await secretOf(deviceId);
    if (secret?.kind !== 'hash') throw new Error(`no hash is kept but ${String(secret?.kind)}`);
    return secret.hash;
  };

  describe('whom somebody claims to be', () => {
    it('is found by its id, with what it has to prove itself with', async () => {
      await declare(device('d', { productKey: 'h', key: 'k', assetId: 's', secret: 'x' }), device('none'));
      expect(await found({ deviceId: 'd' })).toEqual([
        {
          id: 'd',
          productKey: 'h',
          key: 'k',
          assetId: 's',
          wireFormat: 'huawei',
          activated: true,
          secret: { kind: 'plain', secret: 'x' },
        },
      ]);
      expect(await secretOf('none')).toBeNull();
    });

    it('is found by its key within its product; by its id where it has no key, and never by its id where it has one', async () => {
      await declare(device('d', { productKey: 'e', key: 'k' }), device('keyless', { productKey: 'e' }));
      expect(await ids({ productKey: 'e', deviceKey: 'k' })).toEqual(['d']);
      expect(await ids({ productKey: 'e', deviceKey: 'keyless' })).toEqual(['keyless']);
      expect(await ids({ productKey: 'e', deviceKey: 'd' })).toEqual([]);
      expect(await ids({ productKey: 'h', deviceKey: 'k' })).toEqual([]);
      await declare(device('named', { productKey: 'e', key: 'keyless' }));
      expect(await ids({ productKey: 'e', deviceKey: 'keyless' })).toEqual(['named']);
    });

    it('is found by its key among all products of a wire format, whoever owns them', async () => {
      await declare(
        device('d', { productKey: 'h', key: 'node' }),
        device('of-b', { applicationId: 'b', productKey: 'hb', key: 'node' }),
        device('e', { productKey: 'e', key: 'node' }),
      );
      expect(await ids({ wireFormat: 'huawei', deviceKey: 'node' })).toEqual(['d', 'of-b']);
      expect(await ids({ wireFormat: 'huawei', deviceKey: 'd' })).toEqual([]);
    });

    it('is found for hundreds at once, each answer at the place of its claim', async () => {
      const names = Array.from({ length: 300 }, (_, n) => `d${n}`);
      await declare(...names.map((id) => device(id, { productKey: 'h', key: `k-${id}` })));
      const claims = names.flatMap((id): DeviceClaim[] => [
        { deviceId: id },
        { deviceId: `not-${id}` },
        { productKey: 'h', deviceKey: `k-${id}` },
      ]);
      const { found: lists } = await registry.deviceCredentials(claims);
      expect(lists.map((list) => list.map(({ id }) => id))).toEqual(names.flatMap((id) => [[id], [], [id]]));
    });

    it('is nobody when it is unknown, removed, or no name at all', async () => {
      await declare(device('d'));
      await registry.removeDevice('d', 'a');
      const claims: DeviceClaim[] = [
        { deviceId: 'd' },
        { deviceId: '' },
        { deviceId: '\0' },
        { deviceId: '\ud800' },
        { productKey: '\0', deviceKey: 'k' },
        { wireFormat: 'huawei', deviceKey: '\0' },
      ];
      expect((await registry.deviceCredentials(claims)).found).toEqual(claims.map(() => []));
    });

    it('is told with the clock of the registry, also when nobody is asked for', async () => {
      const { now: before } = await registry.deviceCredentials([]);
      const { now: after } = await registry.deviceCredentials([{ deviceId: 'd' }]);
      expect(Math.abs(Date.now() - before)).toBeLessThan(60_000);
      expect(after).toBeGreaterThanOrEqual(before);
    });
  });

  describe('the secret of a device that sends it as it is', () => {
    it.each(['n', 'q'])('is kept as a hash and never told (product %s)', async (productKey) => {
      await declare(device('d', { productKey, secret: 'ключ\u{1F511}' }));
      const hash = await hashOf('d');
      expect(hash).not.toContain('ключ');
      expect(await registry.secretMatches('ключ\u{1F511}', hash)).toBe(true);
      expect(await registry.secretMatches('ключ\u{1F511}', hash)).toBe(true);
      for (const wrong of ['', 'ключ', hash]) expect(await registry.secretMatches(wrong, hash)).toBe(false);
      expect(await registry.deviceSecret('d')).toBeUndefined();
    });

    it('is that of its latest declaration; declared again nothing changes', async () => {
      await declare(device('d', { productKey: 'n', secret: 'one' }));
      const first = await hashOf('d');
      await declare(device('d', { productKey: 'n', secret: 'one' }));
      await declare(device('d', { productKey: 'n' }));
      expect(await hashOf('d')).toBe(first);
      await declare(device('d', { productKey: 'n', secret: 'two' }));
      expect(await registry.secretMatches('one', await hashOf('d'))).toBe(false);
      expect(await registry.secretMatches('two', await hashOf('d'))).toBe(true);
    });

    it('is of its own for each device, unless one declaration gives one to all', async () => {
      await declare(device('d', { productKey: 'n', secret: 'x' }));
      await declare(device('e', { productKey: 'n', secret: 'x' }), device('f', { productKey: 'n', secret: 'x' }));
      expect(await hashOf('e')).not.toBe(await hashOf('d'));
      expect(await hashOf('e')).toBe(await hashOf('f'));
    });

    it('may be made, once', async () => {
      const offers = ['1', '2', '3'].map((n) => ({ ...device('d', { productKey: 'n' }), secretIfNone: n }));
      const applied = await Promise.all(offers.map((offer) => declare(offer)));
      const winners = applied.flatMap(({ deviceSecrets }, at) => (deviceSecrets.length > 0 ? [`${at + 1}`] : []));
      expect(winners).toHaveLength(1);
      expect(await registry.secretMatches(winners[0]!, await hashOf('d'))).toBe(true);
      expect(await declare(offers[0]!)).toMatchObject({ deviceSecrets: [] });
    });

    it('is hashed by the product’s wire format, also of a product declared along with it', async () => {
      const declaration = { products: [product('new', { wireFormat: 'huawei' })], applications: [] };
      await registry.apply({ ...declaration, devices: [device('d', { productKey: 'new', secret: 'x' })] });
      expect(await registry.deviceSecret('d')).toBe('x');
      const native = { products: [product('new')], applications: [] };
      await registry.apply({ ...native, devices: [device('e', { productKey: 'new', secret: 'x' })] });
      expect(await registry.secretMatches('x', await hashOf('e'))).toBe(true);
      expect(await secretOf('d')).toEqual({ kind: 'plain', secret: 'x' });
    });

    it('is told to be no hash where it is none', async () => {
      const unreadable = expect.objectContaining({ code: 'secret-unreadable', retryable: false });
      await expect(registry.secretMatches('x', 'x')).rejects.toEqual(unreadable);
    });
  });

  describe('a device that activates itself', () => {
    const waiting = (more: Partial<NewDevice> = {}) => device('d', { productKey: 'e', activated: false, ...more });

    it('is told its secret, which is made where there is none; all who ask at once are told the same', async () => {
      await declare(waiting());
      const told = await Promise.all(['1', '2', '3'].map((made) => registry.secretToActivate('d', made)));
      expect(new Set(told).size).toBe(1);
      expect(await registry.deviceSecret('d')).toBe(told[0]);
      await declare(waiting({ secret: 'given' }));
      expect(await registry.secretToActivate('d', 'made')).toBe('given');
    });

    it('is activated from then on, also when it is declared anew as it was, and is told nothing more', async () => {
      await declare(waiting({ secret: 'given' }));
      await registry.markActivated(['d', 'nobody', '\0']);
      await declare(waiting());
      expect((await registry.devices(['d'])).get('d')).toMatchObject({ activated: true });
      expect((await found({ deviceId: 'd' }))[0]).toMatchObject({ activated: true });
      expect(await registry.secretToActivate('d', 'made')).toBeUndefined();
    });

    it('is to begin anew when it was removed and is registered again', async () => {
      await declare(waiting());
      await registry.markActivated(['d']);
      await registry.removeDevice('d', 'a');
      await declare(waiting());
      expect(await registry.secretToActivate('d', 'made')).toBe('made');
    });

    it('is none that is unknown or was declared as activated', async () => {
      await declare(device('on', { productKey: 'e', secret: 'x' }));
      for (const id of ['on', 'nobody', '\0']) expect(await registry.secretToActivate(id, 'made')).toBeUndefined();
      expect(await registry.deviceSecret('on')).toBe('x');
    });
  });
}
