import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@downlink/testing';
import { connect, connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { generate } from 'selfsigned';
import { commandsOf, credentialsOf, openDeviceWorld, type DeviceWorld } from './spec-support/device-world.js';

describe('devices of a standalone installation', () => {
  let world: DeviceWorld;
  beforeEach(async () => {
    world = await openDeviceWorld();
  });
  afterEach(() => world.close());

  const gated = (id: string) =>
    world.broker.gate(world.publisher).publish({ topic: commandsOf(id), payload: 'open' }, id);
  const listening = async (id: string, options: IClientOptions = {}) => {
    const client = await world.device(id, options);
    const got: string[] = [];
    client.on('message', (topic, payload) => got.push(`${topic} ${payload.toString()}`));
    await client.subscribeAsync(commandsOf(id), { qos: 1 });
    return { client, got };
  };

  it.each(['d1', 'hw1'])('%s gets its commands and is heard, as itself', async (id) => {
    const { client, got } = await listening(id);
    expect(await gated(id)).toEqual({ kind: 'accepted' });
    await eventually(() => expect(got).toEqual([`${commandsOf(id)} open`]));
    const telemetry = id === 'd1' ? 'downlink/v1/devices/d1/telemetry' : '/huawei/v1/devices/hw1/data/json';
    await client.publishAsync(telemetry, '{"msgType":"deviceReq","data":[]}', { qos: 1 });
    await eventually(() => expect(world.uplinks).toEqual([`${id} reachable`]));
  });

  it('are reachable when they have subscribed, not when they have merely connected', async () => {
    const client = await world.device('d1');
    await client.publishAsync('downlink/v1/devices/d1/telemetry', '{}', { qos: 1 });
    expect([world.presence, await gated('d1')]).toEqual([[], { kind: 'no-subscriber' }]);
    await client.subscribeAsync(commandsOf('d1'), { qos: 1 });
    await eventually(() => expect(world.presence).toEqual(['d1 reachable']));
    await client.endAsync();
    await eventually(() => expect(world.presence).toEqual(['d1 reachable', 'd1 unreachable']));
    expect(await gated('d1')).toEqual({ kind: 'no-subscriber' });
  });

  it('are unreachable when their connection breaks, and their will is heard', async () => {
    const will = { topic: 'downlink/v1/devices/d1/telemetry', payload: Buffer.from('{}'), qos: 1 as const };
    const { client } = await listening('d1', { will });
    client.stream.destroy();
    await eventually(() => expect(world.presence).toEqual(['d1 reachable', 'd1 unreachable']));
    await eventually(() => expect(world.uplinks).toEqual(['d1 reachable']));
  });

  it('have no session beyond their connection, and are told so: what waits for them waits in the queue', async () => {
    const first = await listening('d1', { clean: false });
    await first.client.endAsync();
    await eventually(() => expect(world.presence).toContain('d1 unreachable'));
    await world.publisher.publish({ topic: commandsOf('d1'), payload: 'stale' });
    const options = { ...credentialsOf('d1'), clean: false, manualConnect: true, reconnectPeriod: 0 };
    const again = connect(world.url, options);
    const seen: unknown[] = [];
    again.on('connect', ({ sessionPresent }) => seen.push({ sessionPresent }));
    again.on('message', (_topic, payload) => seen.push(payload.toString()));
    again.connect();
    await eventually(() => expect(seen).toEqual([{ sessionPresent: false }]));
    await again.subscribeAsync(commandsOf('d1'), { qos: 1 });
    await world.publisher.publish({ topic: commandsOf('d1'), payload: 'fresh' });
    await eventually(() => expect(seen).toEqual([{ sessionPresent: false }, 'fresh']));
    await again.endAsync(true);
  });

  it('take over their own session, under whatever client id their vendor gives them', async () => {
    const first = await listening('hw1');
    const second = await listening('hw1', { clientId: 'hw1_0_0_2026112115' });
    await eventually(() => expect(first.client.connected).toBe(false));
    await eventually(() => expect(world.presence.at(-1)).toBe('hw1 reachable'));
    expect([second.client.connected, await gated('hw1')]).toEqual([true, { kind: 'accepted' }]);
  });

  it.each<[string, IClientOptions, number]>([
    ['a wrong password', { password: 'guessed' }, 4],
    ['an unknown user', { clientId: 'nobody', username: 'nobody' }, 4],
    ['no credentials', { username: '', password: '' }, 2],
    ['a client id that does not name it', { clientId: 'd2' }, 2],
    ['the platform’s name and password', { username: 'platform', password: 'generated' }, 2],
  ])('are refused with %s, counted, and no secret is logged', async (_, options, code) => {
    await expect(world.device('d1', options)).rejects.toMatchObject({ code });
    expect(await world.metrics()).toMatch(/downlink_gateway_refusals_total{kind="[a-z-]+",service="spec"} 1\n/);
    expect(world.log.join()).not.toMatch(/guessed|generated|"secret"/);
  });

  it('cannot end a session of the platform by its client id', async () => {
    await expect(world.device('d1', { clientId: 'out' })).rejects.toThrow();
    expect(world.publisher.connected).toBe(true);
  });

  it('are cut off when they publish for another, and nothing of it is forwarded', async () => {
    const { client } = await listening('d1');
    client.publish('downlink/v1/devices/d2/telemetry', '{}', { qos: 1 });
    await eventually(() => expect(client.connected).toBe(false));
    const other = await world.device('d2');
    await other.publishAsync('downlink/v1/devices/d2/telemetry', '{}', { qos: 1 });
    await eventually(() => expect(world.uplinks).toContain('d2 reachable'));
    expect(world.uplinks.filter((said) => said === 'd2 reachable')).toHaveLength(1);
  });

  it('get nothing for filters of others and wildcards, and their own in the same packet', async () => {
    const client = await world.device('d2');
    const got: string[] = [];
    client.on('message', (_topic, payload) => got.push(payload.toString()));
    const filters = { [commandsOf('d2')]: { qos: 1 }, [commandsOf('d1')]: { qos: 1 }, '#': { qos: 1 } } as const;
    await expect(client.subscribeAsync(filters)).rejects.toThrow(/Subscribe error/);
    await eventually(() => expect(world.presence).toEqual(['d2 reachable']));
    for (const id of ['d1', 'd2']) await world.publisher.publish({ topic: commandsOf(id), payload: id });
    await eventually(() => expect(got).toEqual(['d2']));
  });

  it('may not leave a will for another', async () => {
    const will = {
      topic: 'downlink/v1/devices/d2/presence',
      payload: Buffer.from('{"online":false}'),
      qos: 1 as const,
    };
    await expect(world.device('d1', { will })).rejects.toThrow();
    expect(world.uplinks).toEqual([]);
  });

  it('are all told as unreachable when it closes, and find no door any more', async () => {
    await listening('d1');
    await listening('hw1');
    await world.broker.close();
    expect(world.presence.toSorted()).toEqual(['d1 reachable', 'd1 unreachable', 'hw1 reachable', 'hw1 unreachable']);
    await expect(world.device('d1')).rejects.toThrow(/ECONNREFUSED/);
  });
});

describe('devices of a standalone installation over TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'downlink-device-tls-'));
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  let world: DeviceWorld;
  let served: string;
  beforeEach(async () => {
    served = await exchange();
    const tls = { ...files, port: 0, clientCertificateRequired: false, reloadEveryMs: 20 };
    world = await openDeviceWorld({ tls });
  });
  afterEach(() => world.close());
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Writes a new certificate; gives its serial number. */
  async function exchange(): Promise<string> {
    const made = await generate([{ name: 'commonName', value: 'localhost' }], { keyType: 'ec', algorithm: 'sha256' });
    writeFileSync(files.cert, made.cert);
    writeFileSync(files.key, made.private);
    return new X509Certificate(made.cert).serialNumber;
  }
  const overTls = (): Promise<MqttClient> => {
    const url = `mqtts://127.0.0.1:${String(world.broker.tlsPort)}`;
    return connectAsync(url, { ...credentialsOf('d1'), rejectUnauthorized: false, reconnectPeriod: 0 }, false);
  };
  const serialServed = async (): Promise<string> => {
    const socket = connectTls({ host: '127.0.0.1', port: world.broker.tlsPort!, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { serialNumber } = socket.getPeerCertificate();
    socket.destroy();
    return serialNumber;
  };

  it('stay connected and get their commands while the certificate is exchanged', async () => {
    const client = await overTls();
    const got: string[] = [];
    client.on('message', (_topic, payload) => got.push(payload.toString()));
    await client.subscribeAsync(commandsOf('d1'), { qos: 1 });
    expect(await serialServed()).toBe(served);
    const next = await exchange();
    await eventually(async () => expect(await serialServed()).toBe(next));
    const gate = world.broker.gate(world.publisher);
    expect(await gate.publish({ topic: commandsOf('d1'), payload: 'open' }, 'd1')).toEqual({ kind: 'accepted' });
    await eventually(() => expect(got).toEqual(['open']));
    expect(world.presence).toEqual(['d1 reachable']);
    await client.endAsync();
  });
});
