import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { huaweiFace } from './face.js';
import { HuaweiModule } from './huawei.module.js';
import {
  APPLICATION,
  CANCEL_TASKS,
  declareSpecimens,
  FOREIGN_APPLICATION,
  FOREIGN_DEVICE,
  HuaweiClient,
  logIn,
  OWN_DEVICE,
  type JsonAnswer,
} from './spec-support/huawei-client.js';

describe('an application that another one has authorised', () => {
  let running: RunningNorthbound;
  /** Authorised by the other. */
  let client: HuaweiClient;
  /** Authorised by nobody. */
  let other: HuaweiClient;

  beforeAll(async () => {
    running = await startNorthbound([huaweiFace], (ports) => HuaweiModule.forRoot(ports));
    await declareSpecimens(running);
    await running.ports.registry.apply({
      applications: [{ id: APPLICATION, name: 'one', credentials: {}, authorisedBy: [FOREIGN_APPLICATION] }],
      products: [],
      devices: [],
    });
    client = await HuaweiClient.of(running.url);
    const token = await logIn(running.url, FOREIGN_APPLICATION, 'another');
    other = new HuaweiClient(running.url, { app_key: FOREIGN_APPLICATION, authorization: `Bearer ${token}` });
  });
  afterAll(() => running.stop());

  const AS_OTHER = `?appId=${FOREIGN_APPLICATION}`;
  const expectError = ({ status, body }: JsonAnswer, expected: number, code: string) => {
    expect(body).toEqual({ error_code: code, error_desc: expect.any(String) });
    expect(status).toBe(expected);
  };

  it('reaches that one’s devices, commands and tasks under its appId, and with it only those', async () => {
    const { status, body } = await client.create({ deviceId: FOREIGN_DEVICE }, AS_OTHER);
    expect([status, body['appId'], body['deviceId']]).toEqual([201, FOREIGN_APPLICATION, FOREIGN_DEVICE]);
    const pending = await client.create({ deviceId: FOREIGN_DEVICE }, AS_OTHER);
    const ids = ((await client.query(AS_OTHER)).body['data'] as { commandId: string }[]).map((one) => one.commandId);
    expect(ids).toEqual([pending.body['commandId'], body['commandId']]);
    const path = `/iocm/app/cmd/v1.4.0/deviceCommands/${pending.body['commandId'] as string}${AS_OTHER}`;
    expect((await client.call('PUT', path, { status: 'CANCELED' })).body).toMatchObject({ status: 'CANCELED' });
    const task = await client.call('POST', CANCEL_TASKS + AS_OTHER, { deviceId: FOREIGN_DEVICE });
    expect(task.body).toMatchObject({ appId: FOREIGN_APPLICATION });
    expect(
      (await other.call('GET', `${CANCEL_TASKS}?taskId=${task.body['taskId'] as string}`)).body['data'],
    ).toHaveLength(1);
    expectError(await client.create({ deviceId: OWN_DEVICE }, AS_OTHER), 200, '100418');
  });

  it('reaches nothing of that one’s without its appId', async () => {
    expectError(await client.create({ deviceId: FOREIGN_DEVICE }), 200, '100418');
    expect((await client.query()).body['data']).toEqual([]);
  });

  it('has not authorised the other in return', async () => {
    expectError(await other.create({ deviceId: OWN_DEVICE }, `?appId=${APPLICATION}`), 200, '100217');
    expectError(await other.create({ deviceId: OWN_DEVICE }), 200, '100418');
  });
});
