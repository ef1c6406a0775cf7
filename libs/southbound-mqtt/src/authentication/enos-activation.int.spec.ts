import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { collectingLogger } from '../spec-support/collecting-logger.js';
import { connectTo, enos, type Said } from '../spec-support/device-connects.js';
import { openDeviceInstallation, type DeviceInstallation } from '../spec-support/device-installation.js';
import { RegistryAuthenticator } from './registry-authenticator.js';

describe('an EnOS device that knows only the secret of its product', () => {
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
  const connect = (said: Said) => connectTo(authenticator, said);
  const refused = (reason: string) => ({ kind: 'refused', reason });
  const admitted = (deviceId: string) => ({
    kind: 'admitted',
    device: expect.objectContaining({ device: expect.objectContaining({ deviceId }) }),
  });
  const activating = async (said: Said) => {
    const admission = await connect(said);
    if (admission.kind !== 'activating') throw new Error(JSON.stringify(admission));
    return admission;
  };

  it('is told its own, which is made, activated, and let in by it from then on', async () => {
    await installation.declare([{ id: 'fresh', productKey: 'e', key: 'fresh-key', assetId: 'as1', activated: false }]);
    const admission = await activating(enos('fresh-key', 'product-secret', { mode: '3' }));
    expect(admission).toMatchObject({
      device: { deviceId: 'fresh', productKey: 'e', deviceKey: 'fresh-key' },
      topic: '/ext/session/e/fresh-key/thing/activate/info',
      replyTopic: '/ext/session/e/fresh-key/thing/activate/info_reply',
    });
    const body = JSON.parse(admission.payload) as { params: { deviceSecret: string } };
    expect(body).toEqual({
      id: expect.stringMatching(/^\d+$/),
      version: '1.0',
      method: 'thing.activate.info',
      params: {
        assetId: 'as1',
        productKey: 'e',
        deviceKey: 'fresh-key',
        deviceSecret: expect.stringMatching(/^\w{32}$/),
      },
    });
    // The message may have been lost: until the device has answered it may ask again, and is told the same.
    expect((await activating(enos('fresh-key', 'product-secret', { mode: '3' }))).payload).toContain(
      body.params.deviceSecret,
    );
    await admission.activated();
    expect(await connect(enos('fresh-key', 'product-secret', { mode: '3' }))).toEqual(refused('wrong-password'));
    expect(await connect(enos('fresh-key', body.params.deviceSecret))).toEqual(admitted('fresh'));
    await installation.declare([{ id: 'fresh', productKey: 'e', activated: false }]);
    expect(await connect(enos('fresh-key', 'product-secret', { mode: '3' }))).toEqual(refused('wrong-password'));
    expect(JSON.stringify(logger.lines)).not.toContain(body.params.deviceSecret);
  });

  it('is told the one that it was given', async () => {
    await installation.declare([{ id: 'given', productKey: 'e', secret: 'as given', activated: false }]);
    const { payload } = await activating(enos('given', 'product-secret', { mode: '3' }));
    expect(JSON.parse(payload)).toMatchObject({
      params: { assetId: 'given', deviceKey: 'given', deviceSecret: 'as given' },
    });
  });

  it('activates itself as well by its first login with its own, and cannot ask for it any more', async () => {
    await installation.declare([{ id: 'static', productKey: 'e', secret: 'x', activated: false }]);
    expect(await connect(enos('static', 'x'))).toEqual(admitted('static'));
    expect((await installation.store.registry.devices(['static'])).get('static')).toMatchObject({ activated: true });
    expect(await connect(enos('static', 'product-secret', { mode: '3' }))).toEqual(refused('wrong-password'));
  });

  it('that goes on asking when it is activated does not hold up its own login', async () => {
    await installation.declare([{ id: 'asking', productKey: 'e', secret: 'x' }]);
    for (let n = 0; n < 20; n++) {
      expect(await connect(enos('asking', 'product-secret', { mode: '3' }))).toEqual(refused('wrong-password'));
    }
    expect(await connect(enos('asking', 'x'))).toEqual(admitted('asking'));
  });

  it('is refused with a wrong secret, as nobody, and where its product does not allow it', async () => {
    const attributes = { enos: { dynamicActivateEnabled: false } };
    await installation.declare(
      [
        { id: 'waiting', productKey: 'e', activated: false },
        { id: 'forbidden', productKey: 'static', key: 'dk', activated: false },
        { id: 'secretless', productKey: 'secretless', key: 'dk', activated: false },
      ],
      [
        { key: 'static', wireFormat: 'enos', secret: 'product-secret', attributes },
        { key: 'secretless', wireFormat: 'enos' },
      ],
    );
    const of = (productKey: string, secret: string): Said => enos('dk', secret, { productKey, mode: '3' });
    expect(await connect(enos('waiting', 'wrong', { mode: '3' }))).toEqual(refused('wrong-password'));
    expect(await connect(enos('nobody', 'product-secret', { mode: '3' }))).toEqual(refused('unknown'));
    expect(await connect(of('static', 'product-secret'))).toEqual(refused('not-activated'));
    for (const guess of ['', 'none', 'undefined']) {
      expect(await connect(of('secretless', guess))).toEqual(refused('wrong-password'));
    }
    expect(await installation.store.registry.deviceSecret('waiting')).toBeUndefined();
  });
});
