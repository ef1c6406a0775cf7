import { randomBytes } from 'node:crypto';
import { beforeAll, expect, it } from '@jest/globals';
import { eventually } from '@downlink/testing';
import { provision } from './steps/application.js';
import { EnosCaller } from './steps/enos-caller.js';
import { QuectelCaller } from './steps/quectel-caller.js';
import { useWorld } from './steps/world.js';
import { describeSystem } from './system/describe-system.js';

describeSystem('a command of another vendor’s API travels the whole way', (start) => {
  const world = useWorld(start);
  const id = `vendors-${randomBytes(5).toString('hex')}`;
  const productKey = randomBytes(4).toString('hex');
  const secret = randomBytes(16).toString('hex');
  const enos = { orgId: `${id}-org`, appKey: `${id}-app-key`, appSecret: secret };
  const quectel = { accessKey: `${id}-access-key`, accessSecret: secret };

  beforeAll(async () => {
    await provision(world().system, {
      applications: [{ id, enos, quectel }],
      products: [{ key: productKey, application: id, wireFormat: 'native' }],
    });
  });

  /** A device of the product; its id and its key among the product's. */
  async function device(): Promise<{ deviceId: string; deviceKey: string }> {
    const deviceKey = `dk-${randomBytes(5).toString('hex')}`;
    const deviceId = `${id}-${deviceKey}`;
    const entry = { id: deviceId, application: id, product: productKey, key: deviceKey, secret: 'none' };
    await provision(world().system, { devices: [entry] });
    return { deviceId, deviceKey };
  }

  it('EnOS: an instant call is answered with what the device answers', async () => {
    const { system, devices } = world();
    const { deviceId, deviceKey } = await device();
    await devices.connect({ ids: [deviceId] });
    const caller = await EnosCaller.logIn(system.apiUrl, enos);
    const query = { action: 'invokeService', productKey, deviceKey, serviceId: 'dim', timeout: '20' };
    const { status, body } = await caller.commands('POST', query, { inputData: { level: 7 } });
    expect([status, body['code']]).toEqual([200, 0]);
    const { commandId, outputData } = body['data'] as { commandId: string; outputData: unknown };
    expect(outputData).toEqual({ echo: { level: 7 } });
    const found = await caller.commands('GET', { action: 'get', productKey, deviceKey, commandId });
    expect(found.body['data']).toMatchObject({ commandId, state: 5, tslIdentifier: 'dim', deviceKey });
    expect(await devices.untilReceived(deviceId, 1)).toMatchObject([{ key: commandId, parameters: { level: 7 } }]);
  });

  it('EnOS: a cached command waits for its device, in the order of the queue', async () => {
    const { system, devices } = world();
    const { deviceId, deviceKey } = await device();
    const caller = await EnosCaller.logIn(system.apiUrl, enos);
    const invoke = async (level: number): Promise<string> => {
      const query = { action: 'invokeService', productKey, deviceKey, serviceId: 'dim', pendingTtl: '600' };
      const { body } = await caller.commands('POST', query, { inputData: { level } });
      expect(body).toMatchObject({ code: 0, data: { commandId: expect.stringMatching(/^\d{19}$/) } });
      return (body['data'] as { commandId: string }).commandId;
    };
    const ids = [await invoke(1), await invoke(2), await invoke(3)];
    const canceled = await caller.commands('POST', { action: 'cancel', productKey, deviceKey, commandId: ids[1]! });
    expect(canceled.body).toMatchObject({ code: 0, data: [{ commandId: ids[1], state: 2 }] });
    await devices.connect({ ids: [deviceId] });
    const states = () => caller.commands('POST', { action: 'search', productKey, deviceKey }, {});
    await eventually(
      async () => {
        const rows = (await states()).body['data'] as { commandId: string; state: number }[];
        expect(rows.map(({ commandId, state }) => [commandId, state])).toEqual([
          [ids[2], 5],
          [ids[1], 2],
          [ids[0], 5],
        ]);
      },
      { withinMs: 20_000, everyMs: 100 },
    );
    expect(devices.receivedBy(deviceId).map(({ key }) => key)).toEqual([ids[0], ids[2]]);
  });

  it('Quectel: a service is sent to several devices, each with its own ticket, and its history tells what became of it', async () => {
    const { system, devices } = world();
    const [one, other] = [await device(), await device()];
    await devices.connect({ ids: [one.deviceId, other.deviceId] });
    const caller = await QuectelCaller.logIn(system.apiUrl, quectel);
    const { status, body } = await caller.call('POST', '/v2/deviceshadow/r3/openapi/dm/sendServiceData?language=EN', {
      productKey,
      devices: [one.deviceKey, 'dk-of-nobody', other.deviceKey],
      data: '[{"dim":[{"level":"7"}]}]',
      isCache: true,
      cacheTime: 600,
    });
    expect([status, body['code']]).toEqual([200, 200]);
    const rows = body['data'] as { code: number; deviceKey: string; ticket: string | null }[];
    expect(rows.map(({ code, deviceKey }) => [code === 200, deviceKey])).toEqual([
      [true, one.deviceKey],
      [false, 'dk-of-nobody'],
      [true, other.deviceKey],
    ]);
    const received = await devices.untilReceived(one.deviceId, 1);
    expect(received).toMatchObject([{ key: rows[0]!.ticket, parameters: { level: '7' } }]);
    const path = `/v2/quecdatastorage/r1/openapi/device/data/history?productKey=${productKey}&deviceKey=${one.deviceKey}&direction=2`;
    await eventually(
      async () => {
        const history = await caller.call('GET', path);
        expect(history.body['data']).toMatchObject([{ ticket: rows[0]!.ticket, sendStatus: 1 }]);
      },
      { withinMs: 20_000, everyMs: 100 },
    );
  });
});
