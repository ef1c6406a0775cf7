import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freePort, startProcess, type TestProcess } from '@downlink/testing';
import { hideFromServices } from './config.js';

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

  it('stops at once on a wrong setting and names it', async () => {
    env['MQTT_PORT'] = 'many';
    await expect(start()).rejects.toThrow(/MQTT_PORT/);
  });
});
