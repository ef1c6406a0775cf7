import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environment } from '../environment.js';
import { processIdentity } from './process-identity.js';

const PREFIX = 'downlink-test-';
const OWNER_FILE = 'owner.json';
const SERVER_FILE = 'server.json';
const CONTAINER_FILE = 'container';

interface Noted {
  pid: number;
  identity: string;
  run?: string;
}

/** A folder of one server or process started for a test. It says whose it is, so that whoever survives can clean up after the dead. */
export interface RunFolder {
  path: string;
  /** Notes the process that lives in this folder (again after each restart). */
  noteProcess(pid: number): void;
  /** Notes a container that was started for this folder. */
  noteContainer(name: string): void;
  /** Removes the folder; the process must have ended. */
  remove(): void;
}

/** Makes a folder under the system's temporary one; `kind` is part of its name. */
export function openRunFolder(kind: string): RunFolder {
  const path = mkdtempSync(join(tmpdir(), `${PREFIX}${kind}-`));
  // Servers that refuse to run as root run as somebody else and must get through to their data.
  chmodSync(path, 0o755);
  note(join(path, OWNER_FILE), process.pid, environment.runId());
  return {
    path,
    noteProcess: (pid) => note(join(path, SERVER_FILE), pid),
    noteContainer: (name) => writeFileSync(join(path, CONTAINER_FILE), name),
    remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }),
  };
}

/**
 * Ends and removes what belongs to run `run`, and what belongs to owners that are dead (a run killed by SIGKILL).
 * Gives the paths of the folders removed. Only processes noted in such a folder, with the start time noted there, are ended.
 */
export function sweepRunFolders(run?: string): string[] {
  const removed: string[] = [];
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const path = join(tmpdir(), name);
    const owner = readNote(join(path, OWNER_FILE));
    if (owner === undefined) continue;
    if (owner.run !== run && isAlive(owner)) continue;
    const server = readNote(join(path, SERVER_FILE));
    if (server !== undefined && isAlive(server)) process.kill(server.pid, 'SIGKILL');
    const container = join(path, CONTAINER_FILE);
    if (existsSync(container)) spawnSync('docker', ['rm', '-f', '-v', readFileSync(container, 'utf8')]);
    rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    removed.push(path);
  }
  return removed;
}

function note(file: string, pid: number, run?: string): void {
  const identity = processIdentity(pid);
  // A process that has ended already needs no note: there is nothing to end.
  if (identity === undefined) return;
  writeFileSync(file, JSON.stringify({ pid, identity, ...(run === undefined ? {} : { run }) } satisfies Noted));
}

function readNote(file: string): Noted | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Noted;
  } catch (reason) {
    // Not there yet, half written, or removed by somebody else who sweeps at the same time.
    if (reason instanceof SyntaxError || (reason instanceof Error && 'code' in reason && reason.code === 'ENOENT'))
      return undefined;
    throw reason;
  }
}

function isAlive({ pid, identity }: Noted): boolean {
  return processIdentity(pid) === identity;
}
