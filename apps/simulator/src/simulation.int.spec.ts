import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { generate } from 'selfsigned';
import { describeWithServers, eventually, freePort, startMosquitto, type TestMosquitto } from '@downlink/testing';
import { readConfig } from './config.js';
import { Simulation } from './simulation.js';

describeWithServers(['mosquitto'], 'a run of the simulator', () => {
  const folder = mkdtempSync(join(tmpdir(), 'simulation-'));
  let broker: TestMosquitto;
  let tls: { readonly url: string; readonly ca: string };
  const running: Simulation[] = [];

  beforeAll(async () => {
    const made = await generate([{ name: 'commonName', value: 'localhost' }], { keyType: 'ec', algorithm: 'sha256' });
    const [cert, key] = ['cert.pem', 'key.pem'].map((name) => join(folder, name)) as [string, string];
    writeFileSync(cert, made.cert);
    writeFileSync(key, made.private);
    const port = await freePort();
    broker = await startMosquitto({
      settings: [`listener ${port} 127.0.0.1`, `certfile ${cert}`, `keyfile ${key}`],
    });
    tls = { url: `mqtts://localhost:${port}`, ca: cert };
  });
  afterEach(async () => {
    for (const simulation of running.splice(0)) await simulation.stop();
  });
  afterAll(async () => {
    await broker.stop();
    rmSync(folder, { recursive: true });
  });

  function simulationOf(...args: string[]): Simulation {
    const simulation = new Simulation(readConfig(['--url', broker.url, ...args]), undefined);
    running.push(simulation);
    return simulation;
  }
  function fleetFile(groups: object[]): string {
    const file = join(folder, 'fleet.json');
    writeFileSync(file, JSON.stringify(groups));
    return file;
  }

  it('connects over TLS by the authority that it was given', async () => {
    expect(readFileSync(tls.ca, 'utf8')).toContain('CERTIFICATE');
    const trusting = simulationOf('--url', tls.url, '--ca', tls.ca, '--device', 'd');
    expect(await trusting.start()).toEqual([]);
    const [refusal] = await simulationOf('--url', tls.url, '--device', 'd').start();
    expect(refusal?.message).toContain('self-signed certificate');
  });

  it('makes no more connections a second than it may', async () => {
    const began = performance.now();
    const paced = simulationOf('--devices', '10', '--connects-per-second', '50');
    await paced.start();
    expect(performance.now() - began).toBeGreaterThanOrEqual(9 * 20);
    expect(paced.counters.connected).toBe(10);
  });

  it('follows the timeline of each of its groups', async () => {
    const fleet = fleetFile([
      { behaviour: 'acknowledging', devices: 3, prefix: 'a-', reconnectAtMs: [50], retryFirstMs: 10 },
      {
        behaviour: 'silent',
        devices: 2,
        prefix: 'b-',
        startAfterMs: 100,
        changeTo: [{ behaviour: 'sleeping', afterMs: 50 }],
        awakeMs: 1,
        awayMs: 600_000,
      },
    ]);
    const simulation = simulationOf('--fleet', fleet);
    expect(await simulation.start()).toEqual([]);
    expect([simulation.devices, simulation.counters.connects]).toEqual([5, 3]);
    await eventually(() => expect(simulation.counters.storms).toMatchObject([{ connections: 3 }]));
    await eventually(() => expect(simulation.counters).toMatchObject({ connects: 3 + 3 + 2, connected: 3, lost: 3 }));
  });

  it('stops whatever is to come', async () => {
    const fleet = fleetFile([{ behaviour: 'silent', devices: 1, startAfterMs: 60_000 }]);
    const simulation = simulationOf('--fleet', fleet);
    await simulation.start();
    await simulation.stop();
    expect(simulation.counters.connects).toBe(0);
  });
});
