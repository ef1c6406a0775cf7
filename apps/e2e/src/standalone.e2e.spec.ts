import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freePort, startProcess, type TestProcess } from '@downlink/testing';
import { hideFromServices } from './config.js';
import { EnosCaller } from './steps/enos-caller.js';
import { QuectelCaller } from './steps/quectel-caller.js';

const SCRIPT = join(process.cwd(), 'dist/apps/standalone/main.js');

describe('standalone', () => {
  let folder: string;
  let env: Record<string, string>;
  let running: TestProcess | undefined;

  beforeEach(async () => {
    hideFromServices();
    folder = mkdtempSync(join(tmpdir(), 'downlink-standalone-'));
    chmodSync(folder, 0o755); // started by root, Postgres runs as somebody else
    env = { DATA_DIR: 'data', PORT: String(await freePort()), MQTT_PORT: String(await freePort()) };
  });
  afterEach(async () => {
    await running?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = async (): Promise<TestProcess> => {
    running = await startProcess({
      name: 'standalone',
      script: SCRIPT,
      cwd: folder,
      env,
      ready: /^ready/,
      readyWithinMs: 90_000,
    });
    return running;
  };
  const demo = () => JSON.parse(readFileSync(join(folder, 'data/demo.json'), 'utf8'));
  const commands = async () => {
    const { baseUrl, key } = demo().dialects.native;
    const response = await fetch(`${baseUrl}/commands?deviceId=demo-native-1`, {
      headers: { authorization: `Bearer ${key}` },
    });
    return (await response.json()) as { items: { id: string; status: string }[] };
  };

  it('runs from nothing, shows the life of a sample command, and finds its data again after kill -9', async () => {
    const first = await start();
    expect(first.log()).toMatch(/CommandAccepted[^]*AttemptStarted \(attempt 1\)[^]*CommandSucceeded/);
    const { items: before } = await commands();
    expect(before).toMatchObject([{ status: 'succeeded' }]);
    const { key } = demo().dialects.native;

    await first.kill();
    const second = await start();
    expect(demo().dialects.native.key).toBe(key);
    expect((await commands()).items.map(({ id }) => id)).toContain(before[0]!.id);
    expect(await second.stop()).toBe(0);
    await expect(fetch(`http://127.0.0.1:${env['PORT']}/`)).rejects.toThrow();
  });

  it('has a device that answers for each of the four APIs, and credentials that work', async () => {
    await start();
    const { adminKey, urls, dialects } = demo();
    expect(Object.keys(dialects)).toEqual(['native', 'huawei', 'enos', 'quectel']);
    const headers = { authorization: `Bearer ${dialects.native.key}`, 'content-type': 'application/json' };
    for (const { device } of Object.values<{ device: { deviceId: string; service: Record<string, unknown> } }>(
      dialects,
    )) {
      const { id: service, method, parameters } = device.service;
      const command = { deviceId: device.deviceId, service, method, parameters, wait: 20 };
      const sent = await fetch(`${urls.http}/v1/commands`, {
        method: 'POST',
        headers,
        body: JSON.stringify(command),
      });
      expect(await sent.json()).toMatchObject({ deviceId: device.deviceId, modelVersion: 1, status: 'succeeded' });
    }
    const enos = await EnosCaller.logIn(urls.http, dialects.enos);
    const { product: productKey, deviceKey, service } = dialects.enos.device;
    const query = { action: 'invokeService', productKey, deviceKey, serviceId: service.id, timeout: '20' };
    const invoked = await enos.commands('POST', query, { inputData: service.parameters });
    expect(invoked.body).toMatchObject({ code: 0, data: { outputData: { echo: { on: true } } } });
    const quectel = await QuectelCaller.logIn(urls.http, dialects.quectel);
    const { device } = dialects.quectel;
    const sent = await quectel.call('POST', '/v2/deviceshadow/r3/openapi/dm/sendServiceData?language=EN', {
      productKey: device.product,
      devices: [device.deviceKey],
      data: device.service.data,
    });
    expect(sent.body).toMatchObject({ code: 200, data: [{ code: 200, deviceKey: device.deviceKey }] });
    const login = await fetch(`${urls.http}/iocm/app/sec/v1.1.0/login`, {
      method: 'POST',
      body: new URLSearchParams({ appId: dialects.huawei.appId, secret: dialects.huawei.secret }),
    });
    expect(await login.json()).toHaveProperty('accessToken');
    const admin = await fetch(`${urls.http}/v1/applications`, { headers: { authorization: `Bearer ${adminKey}` } });
    expect(admin.status).toBe(200);
  });

  it('applies a provisioning file, and shows once what it made', async () => {
    env['PROVISION'] = join(folder, 'fleet.yaml');
    writeFileSync(env['PROVISION'], 'applications: [{ id: from-file }]\n');
    await start();
    const made = JSON.parse(readFileSync(join(folder, 'data/provisioned.jsonl'), 'utf8').trim());
    const [{ id, native }] = made.made.applications;
    expect(id).toBe('from-file');
    const answer = await fetch(`${demo().urls.http}/v1/commands`, {
      headers: { authorization: `Bearer ${native.key}` },
    });
    expect(answer.status).toBe(200);
  });

  it('stops at once on a wrong setting and names it', async () => {
    env['MQTT_PORT'] = 'many';
    await expect(start()).rejects.toThrow(/MQTT_PORT/);
  });
});
