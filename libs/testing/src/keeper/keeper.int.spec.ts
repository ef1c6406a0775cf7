import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { canConnect } from '../can-connect.js';
import { eventually } from '../index.js';
import { repositoryRoot } from '../repository-root.js';

const jest = (file: string) => JSON.stringify(pathToFileURL(join(repositoryRoot(), 'libs/testing/jest', file)).href);

/** A process that starts a test run as Jest does, asks for Postgres twice at the same time and, when told to, ends the run. */
const runScript = `
  const { default: start } = await import(${jest('start-servers.mjs')});
  const { default: stop } = await import(${jest('stop-servers.mjs')});
  await start();
  const ask = () => fetch(process.env.DOWNLINK_TEST_KEEPER + '/postgres', { method: 'POST' }).then((answer) => answer.json());
  const answers = await Promise.all([ask(), ask()]);
  console.log(JSON.stringify({ run: process.env.DOWNLINK_TEST_RUN, answers }));
  process.stdin.once('data', () => stop());
`;

interface Started {
  process: ChildProcess;
  run: string;
  ports: number[];
}

async function startRun(): Promise<Started> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', runScript], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const told = JSON.parse(line) as { run: string; answers: { port: number }[] };
  return { process: child, run: told.run, ports: told.answers.map(({ port }) => port) };
}

/** Folders that say that they belong to this run. */
function foldersOf(run: string): string[] {
  return readdirSync(tmpdir())
    .filter((name) => name.startsWith('downlink-test-'))
    .map((name) => join(tmpdir(), name, 'owner.json'))
    .filter((file) => existsSync(file) && readFileSync(file, 'utf8').includes(run));
}

describe("the keeper of a test run's servers", () => {
  it('gives everybody the same server, and leaves nothing when the run ends', async () => {
    const started = await startRun();
    const [port, same] = started.ports;
    expect(same).toBe(port);
    await canConnect(port!);
    expect(foldersOf(started.run)).toHaveLength(1);
    const ended = once(started.process, 'exit');
    started.process.stdin?.write('end\n');
    started.process.stdin?.end();
    await ended;
    await expect(canConnect(port!)).rejects.toThrow('ECONNREFUSED');
    expect(foldersOf(started.run)).toEqual([]);
  });

  it('leaves nothing when the run is killed', async () => {
    const started = await startRun();
    started.process.kill('SIGKILL');
    await eventually(() => expect(foldersOf(started.run)).toEqual([]), { withinMs: 30_000 });
    await expect(canConnect(started.ports[0]!)).rejects.toThrow('ECONNREFUSED');
  });
});
