import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { eventually } from '../eventually.js';
import { environment } from '../environment.js';
import type { RunFolder } from './run-folder.js';

export interface ServerProcessOptions {
  /** What it is called in messages. */
  name: string;
  command: string;
  args: string[];
  folder: RunFolder;
  /** Added to the environment of this process. */
  env?: Record<string, string>;
  cwd?: string;
  /** To run as somebody else (root only). */
  uid?: number;
  gid?: number;
  /** Throws until the server answers. Gets what the server has written since this start. */
  ready: (log: string) => void | Promise<void>;
  readyWithinMs?: number;
}

/** A server that runs as a process of its own. Its output goes to a file, so that it does not die of a closed pipe when we do. */
export interface ServerProcess {
  pid: number;
  /** What it has written since its first start. */
  log(): string;
  isRunning(): boolean;
  /** Resolves with the exit code, or the name of the signal that ended it. */
  exited: Promise<number | string>;
  /** Sends `signal` and waits for the end; SIGKILL after `graceMs`. No-op when it has ended. */
  end(signal: NodeJS.Signals, graceMs?: number): Promise<void>;
}

/** Starts it and resolves when `ready` does. When it ends before, or is not ready in time, throws with the end of its log. */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const logFile = join(options.folder.path, `${options.name}.log`);
  const output = openSync(logFile, 'a');
  const alreadyThere = statSync(logFile).size;
  const child = spawn(options.command, options.args, {
    stdio: ['ignore', output, output],
    env: { ...environment.all(), ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
  });
  closeSync(output);
  const exited = untilExit(child);
  const log = () => readFileSync(logFile);
  if (child.pid === undefined) throw new Error(`${options.name}: ${String(await exited)}`);
  options.folder.noteProcess(child.pid);
  // Not to keep a test worker from ending: what is left over is swept at the end of the run.
  child.unref();
  const server = toServerProcess(child, exited, () => log().toString());
  await untilReady(server, options, () => log().subarray(alreadyThere).toString());
  return server;
}

function toServerProcess(child: ChildProcess, exited: Promise<number | string>, log: () => string): ServerProcess {
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  return {
    pid: child.pid!,
    log,
    isRunning,
    exited,
    async end(signal, graceMs = 10_000) {
      if (!isRunning()) return;
      child.ref();
      child.kill(signal);
      const killer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await exited;
      clearTimeout(killer);
    },
  };
}

async function untilExit(child: ChildProcess): Promise<number | string> {
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return code ?? signal ?? 'unknown';
  } catch (reason) {
    // `once` rejects on the event 'error': the program could not be started.
    return reason instanceof Error ? reason.message : String(reason);
  }
}

async function untilReady(server: ServerProcess, options: ServerProcessOptions, log: () => string): Promise<void> {
  const { name, ready, readyWithinMs = 60_000 } = options;
  let ended: number | string | undefined;
  void server.exited.then((how) => (ended = how));
  try {
    await eventually(
      async () => {
        if (ended === undefined) await ready(log());
      },
      { withinMs: readyWithinMs },
    );
    if (ended !== undefined) throw new Error(`ended with ${String(ended)}`);
  } catch (reason) {
    await server.end('SIGKILL');
    throw new Error(`${name} did not start: ${String(reason)}\n${log().slice(-4000)}`, { cause: reason });
  }
}
