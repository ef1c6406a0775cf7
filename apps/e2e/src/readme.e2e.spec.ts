import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { describeWithServers, freePort, startProcess, type TestProcess } from '@downlink/testing';
import { hideFromServices } from './config.js';

const SCRIPT = join(process.cwd(), 'dist/apps/standalone/main.js');
const README = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');

/** The commands of a section, in order: its blocks marked `sh`. */
function commandsOf(section: string): string {
  const text = README.split(`\n## ${section}\n`)[1]!.split('\n## ')[0]!;
  return [...text.matchAll(/```sh\n([^]*?)```/g)].map(([, commands]) => commands).join('\n');
}

describeWithServers(['mosquitto-clients'], 'the commands of the top README, word for word', () => {
  let folder: string;
  let running: TestProcess;
  const ports = { http: '', mqtt: '', mqtts: '' };

  beforeEach(async () => {
    hideFromServices();
    folder = mkdtempSync(join(tmpdir(), 'downlink-readme-'));
    chmodSync(folder, 0o755); // started by root, Postgres runs as somebody else
    for (const name of ['http', 'mqtt', 'mqtts'] as const) ports[name] = String(await freePort());
    running = await startProcess({
      name: 'standalone',
      script: SCRIPT,
      cwd: folder,
      env: { DATA_DIR: '.downlink', PORT: ports.http, MQTT_PORT: ports.mqtt, MQTTS_PORT: ports.mqtts },
      ready: /^ready/,
      readyWithinMs: 90_000,
    });
  });
  afterEach(async () => {
    await running.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('connect a device of each wire format, which takes a command and answers it, and one over TLS', async () => {
    // Only the ports are others: those of a default installation may be taken on this machine.
    const commands = commandsOf('Connect a device')
      .replaceAll('localhost:3000', `localhost:${ports.http}`)
      .replaceAll('8883', ports.mqtts);
    const prelude = ['sub', 'pub'].map(
      (name) => `mosquitto_${name}() { timeout 30 mosquitto_${name} -p ${ports.mqtt} "$@"; }`,
    );
    const script = ['set -euo pipefail', ...prelude, commands].join('\n');
    const { stdout } = await promisify(execFile)('bash', ['-c', script], { cwd: folder, timeout: 120_000 });
    expect(stdout.match(/status: 'succeeded'/g)).toHaveLength(4);
    expect(stdout).not.toContain('urn:downlink:problem');
  });
});
