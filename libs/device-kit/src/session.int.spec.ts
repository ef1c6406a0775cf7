import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  describeWithServers,
  eventually,
  freePort,
  startAedes,
  startMosquitto,
  type TestMosquitto,
} from '@downlink/testing';
import { generate } from 'selfsigned';
import { openLine } from './contracts/breakable-line.js';
import { commandId, NativePlatform } from './contracts/native-platform.js';
import { Device, type DeviceOptions } from './device.js';
import { FileMemory } from './memory/file-memory.js';
import { VolatileMemory } from './memory/volatile-memory.js';

const folder = mkdtempSync(join(tmpdir(), 'device-kit-'));
const ends: (() => Promise<unknown>)[] = [];
let lamps = 0;
let id = '';
beforeEach(() => void (id = `lamp-${(lamps += 1)}`));
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
afterAll(() => rmSync(folder, { recursive: true }));

function deviceOf(url: string, over: Partial<DeviceOptions> = {}): Device {
  const device = new Device({
    url,
    id,
    secret: 's',
    memory: new VolatileMemory(),
    backoff: { firstMs: 20, mostMs: 100 },
    ...over,
  });
  ends.push(() => device.stop());
  return device;
}

describe('a device made with the kit', () => {
  it('does not start where it is not let in, and says why', async () => {
    const broker = await startAedes();
    ends.push(() => broker.stop());
    broker.broker.authenticate = (_client, _username, _password, done) => done(null, false);
    await expect(deviceOf(broker.url).start()).rejects.toThrow('Not authorized');
  });

  it('waits for a broker that is not there yet', async () => {
    const port = await freePort();
    const events: string[] = [];
    const device = deviceOf(`mqtt://127.0.0.1:${port}`, { onEvent: ({ kind }) => events.push(kind) });
    const started = device.start();
    await eventually(() => expect(events).toContain('not-connected'));
    const broker = await startAedes({ port });
    ends.unshift(() => broker.stop());
    await started;
    expect(events.at(-1)).toBe('online');
  });

  it('may be stopped before it was started, while it waits for its broker, and twice', async () => {
    await deviceOf('mqtt://127.0.0.1:1').stop();
    const waiting = deviceOf('mqtt://127.0.0.1:1');
    const started = waiting.start();
    await waiting.stop();
    await waiting.stop();
    await started;
  });
});

describeWithServers(['mosquitto'], 'a device made with the kit, on a broker that keeps its session,', () => {
  let broker: TestMosquitto;
  let platform: NativePlatform;
  beforeAll(async () => {
    broker = await startMosquitto();
  });
  beforeEach(async () => {
    const listening = await NativePlatform.listen(broker.url, id);
    ends.push(() => listening.stop());
    platform = listening;
  });
  afterAll(() => broker.stop());

  it('gets a command again whose memory was not on the disk when the line broke', async () => {
    const line = await openLine(broker.port);
    ends.push(() => line.stop());
    let isStuck = true;
    class Stuck extends VolatileMemory {
      override async begin(command: string): Promise<void> {
        if (isStuck) {
          isStuck = false;
          line.cut();
          throw new Error('no power');
        }
        await super.begin(command);
      }
    }
    const device = deviceOf(line.url, { memory: new Stuck() }).handle('Valve', 'open', () => 1);
    await device.start();
    await platform.send(1);
    await eventually(() => expect(platform.statuses).toEqual(['1 acknowledged', '1 succeeded']));
  });

  it('lets its handler end when it stops, and the answer go out before its goodbye', async () => {
    let release = (): void => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    const device = deviceOf(broker.url).handle('Valve', 'open', () => released);
    await device.start();
    await platform.send(2);
    await eventually(() => expect(platform.statuses).toEqual(['2 acknowledged']));
    const stopped = device.stop();
    release();
    await stopped;
    await eventually(() => expect(platform.presence.at(-1)?.body).toMatchObject({ online: false }));
    expect(platform.said.map(({ body }) => body['status'] ?? body['online'])).toEqual([
      true,
      'acknowledged',
      'succeeded',
      false,
    ]);
  });

  it('says at its start that a command was interrupted, and what it had not told', async () => {
    const file = join(folder, 'interrupted');
    const answer = { outcome: 'succeeded', result: 7 };
    writeFileSync(
      file,
      [{ begun: commandId(3) }, { begun: commandId(4) }, { answered: commandId(4), answer }]
        .map((entry) => `${JSON.stringify(entry)}\n`)
        .join(''),
    );
    const device = deviceOf(broker.url, { memory: new FileMemory(file) });
    await device.start();
    await eventually(() => expect(platform.statuses).toEqual(['3 failed', '4 succeeded']));
    expect(platform.answers[0]!.body).toMatchObject({ code: 'interrupted' });
  });

  it('answers that it handles no such thing, and that its handler is broken', async () => {
    const device = deviceOf(broker.url);
    await device.start();
    await platform.send(5);
    await eventually(() =>
      expect(platform.answers.at(-1)?.body).toMatchObject({ status: 'failed', code: 'unhandled' }),
    );
    device.handle('Valve', 'open', () => {
      throw new Error('oops');
    });
    await platform.send(6);
    await eventually(() => expect(platform.answers.at(-1)?.body).toMatchObject({ code: 'handler-failed' }));
  });

  it('speaks MQTT 5 when its session is to be kept so long', async () => {
    const device = deviceOf(broker.url, { sessionExpirySeconds: 60 }).handle('Valve', 'open', () => 1);
    await device.start();
    await platform.send(7);
    await eventually(() => expect(platform.statuses).toContain('7 succeeded'));
    expect(broker.log()).toMatch(/as lamp-\d+ \(p5, c0,/);
  });

  it('connects over TLS to a broker whose authority it was given, and to no other', async () => {
    const made = await generate([{ name: 'commonName', value: 'localhost' }], { keyType: 'ec', algorithm: 'sha256' });
    const [cert, key] = ['cert.pem', 'key.pem'].map((name) => join(folder, name)) as [string, string];
    writeFileSync(cert, made.cert);
    writeFileSync(key, made.private);
    const port = await freePort();
    const settings = [`listener ${port} 127.0.0.1`, `certfile ${cert}`, `keyfile ${key}`];
    const secure = await startMosquitto({ settings });
    ends.push(() => secure.stop());
    const url = `mqtts://localhost:${port}`;
    const events: string[] = [];
    void deviceOf(url, { onEvent: (event) => events.push(JSON.stringify(event)) }).start();
    await eventually(() => expect(events.join()).toContain('not-connected'));
    const trusting = deviceOf(url, { tls: { ca: made.cert } });
    await trusting.start();
    expect(events.join()).not.toContain('"online"');
  });
});
