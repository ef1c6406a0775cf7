import { noteOpened } from '../opened.js';
import { openRunFolder } from './run-folder.js';
import { startServerProcess } from './server-process.js';

export interface ProcessOptions {
  /** What it is called in messages, such as "dispatcher-1". */
  name: string;
  /** A script for this Node, with its arguments. */
  script: string;
  args?: string[];
  /** Added to this process's environment. */
  env?: Record<string, string>;
  cwd?: string;
  /** A line of its output that says it is ready. */
  ready: RegExp;
  readyWithinMs?: number;
}

/** A Node process under test. */
export interface TestProcess {
  name: string;
  pid: number;
  /** What the pattern `ready` matched, with its groups. */
  ready: RegExpExecArray;
  /** All that it has written to standard output and error, also after its end. */
  log(): string;
  isRunning(): boolean;
  /** Resolves with the exit code or the name of the signal that ended it. */
  exited: Promise<number | string>;
  /** Sends a signal (SIGKILL unless told) and waits for the end. */
  kill(signal?: NodeJS.Signals): Promise<number | string>;
  /** SIGTERM, and SIGKILL 15 s later; waits for the end and gives how it ended. */
  stop(): Promise<number | string>;
}

const GRACE_MS = 15_000;

/** Starts `node script args` and resolves when a line of its output matches `ready`; throws with its output when it ends before. */
export async function startProcess(options: ProcessOptions): Promise<TestProcess> {
  const { name, script, args = [], ready, ...rest } = options;
  const folder = openRunFolder(name);
  let readyLine: RegExpExecArray | undefined;
  const server = await startServerProcess({
    ...rest,
    name,
    command: process.execPath,
    args: [script, ...args],
    folder,
    ready(log) {
      readyLine =
        log
          .split('\n')
          .map((line) => ready.exec(line))
          .find((match) => match !== null) ?? undefined;
      if (readyLine === undefined) throw new Error(`no line matches ${String(ready)}`);
    },
  });
  const closed = noteOpened(`process ${name} (${String(server.pid)})`);
  let lastLog: string | undefined;
  const end = async (signal: NodeJS.Signals) => {
    await server.end(signal, GRACE_MS);
    if (lastLog === undefined) {
      lastLog = server.log();
      folder.remove();
      closed();
    }
    return server.exited;
  };
  return {
    name,
    pid: server.pid,
    ready: readyLine!,
    log: () => lastLog ?? server.log(),
    isRunning: server.isRunning,
    exited: server.exited,
    kill: (signal = 'SIGKILL') => end(signal),
    stop: () => end('SIGTERM'),
  };
}
