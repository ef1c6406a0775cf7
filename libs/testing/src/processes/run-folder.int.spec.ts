import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { processIdentity } from './process-identity.js';
import { sweepRunFolders } from './run-folder.js';

const sleeper = () => spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });

/** A folder as a run leaves it behind whose process `owner` was killed. */
function leaveBehind(owner: { pid: number; identity: string }, server?: { pid: number; identity: string }): string {
  const path = mkdtempSync(join(tmpdir(), 'downlink-test-spec-'));
  writeFileSync(join(path, 'owner.json'), JSON.stringify({ ...owner, run: 'an-earlier-run' }));
  if (server !== undefined) writeFileSync(join(path, 'server.json'), JSON.stringify(server));
  return path;
}

function deadProcess(): { pid: number; identity: string } {
  const { pid } = spawnSync(process.execPath, ['-e', '0']);
  return { pid, identity: '1' };
}

describe('sweeping what dead test runs left behind', () => {
  it('ends the server of a run whose process is dead and removes its folder', async () => {
    const server = sleeper();
    const ended = once(server, 'exit');
    const path = leaveBehind(deadProcess(), { pid: server.pid!, identity: processIdentity(server.pid!)! });
    expect(sweepRunFolders()).toContain(path);
    expect(await ended).toEqual([null, 'SIGKILL']);
    expect(existsSync(path)).toBe(false);
  });

  it('leaves a stranger alone who got the number of a process that has ended', async () => {
    const stranger = sleeper();
    const path = leaveBehind(deadProcess(), { pid: stranger.pid!, identity: 'another start time' });
    expect(sweepRunFolders()).toContain(path);
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
    expect(processIdentity(stranger.pid!)).toBeDefined();
    stranger.kill('SIGKILL');
    await once(stranger, 'exit');
  });

  it('leaves the folders of a run that is alive', () => {
    const path = leaveBehind({ pid: process.pid, identity: processIdentity(process.pid)! });
    expect(sweepRunFolders()).not.toContain(path);
    expect(existsSync(path)).toBe(true);
    rmSync(path, { recursive: true });
  });
});
