import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import {
  createEmptyDatabase,
  describeWithServers,
  eventually,
  freePort,
  startMosquitto,
  startProcess,
  type TestDatabase,
  type TestMosquitto,
  type TestProcess,
} from '@downlink/testing';
import { hideFromServices } from './config.js';

describeWithServers(['mosquitto'], 'a device gateway', () => {
  let database: TestDatabase;
  let broker: TestMosquitto | undefined;
  let gateway: TestProcess | undefined;
  let env: Record<string, string>;

  beforeEach(async () => {
    hideFromServices();
    database = await createEmptyDatabase();
    env = {
      DATABASE_URL: database.url,
      SECRETS_KEY: randomBytes(32).toString('base64'),
      MQTT_URL: `mqtt://127.0.0.1:${String(await freePort())}`,
      MQTT_PORT: String(await freePort()),
      OPERATIONS_PORT: String(await freePort()),
    };
  });
  afterEach(async () => {
    await gateway?.stop();
    await broker?.stop();
    gateway = broker = undefined;
    await database.drop();
  });

  const start = async (): Promise<TestProcess> => {
    const script = 'dist/apps/device-gateway/main.js';
    gateway = await startProcess({ name: 'device-gateway', script, env, ready: /"ready"/, readyWithinMs: 60_000 });
    return gateway;
  };
  const untilReady = (ready: boolean) =>
    eventually(
      async () => {
        const answer = await fetch(`http://127.0.0.1:${env['OPERATIONS_PORT']!}/health/ready`);
        const { checks } = (await answer.json()) as { checks: Record<string, { ok: boolean }> };
        expect([answer.status, checks['mqtt']!.ok]).toEqual([ready ? 200 : 503, ready]);
      },
      { withinMs: 20_000, everyMs: 100 },
    );
  const lines = (text: string): number => gateway!.log().split(text).length - 1;

  it('waits for its broker, at the start and later, says so once, and ends in order', async () => {
    const { log, stop, isRunning } = await start();
    await untilReady(false);
    broker = await startMosquitto({ port: Number(new URL(env['MQTT_URL']!).port) });
    await untilReady(true);
    await broker.kill();
    await untilReady(false);
    await broker.restart();
    await untilReady(true);
    expect([isRunning(), lines('connected to the MQTT broker')]).toEqual([true, 2]);
    expect(log()).toMatch(/MQTT broker not available, waiting for it/);
    expect(log()).not.toMatch(/"level":"(error|fatal)"/);
    expect(await stop()).toBe(0);
  });

  it.each([
    [{ MQTT_PORT: 'many' }, /configuration: MQTT_PORT: /],
    [
      { MQTTS_PORT: '8883', TLS_CERT: '/nowhere/cert.pem', TLS_KEY: '/nowhere/key.pem' },
      /configuration: TLS_(CERT|KEY): /,
    ],
  ])('stops at once on %j and names it', async (wrong, message) => {
    Object.assign(env, wrong);
    await expect(start()).rejects.toThrow(message);
  });
});
