import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ConfigError, findPostgresBinaries, type Logger, type PostgresBinaries } from '@downlink/runtime';
import type { DataFolder } from './data-folder.js';

export interface EmbeddedPostgres {
  /** Address of the database `downlink`, with its password. */
  readonly url: string;
  /** Ends it in order. */
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 60_000;

/**
 * Starts the Postgres 18 that comes with the packages, on data in the folder (made at the first start) and a free port of
 * 127.0.0.1. One that a killed process left running on the same data is stopped first.
 * @throws Error with the end of the server's log when it does not become ready
 */
export async function startEmbeddedPostgres(
  folder: DataFolder,
  password: string,
  logger: Logger,
): Promise<EmbeddedPostgres> {
  const binaries = await findPostgresBinaries();
  const data = folder.file('postgres');
  await stopLeftover(data, logger);
  if (!existsSync(`${data}/PG_VERSION`)) await initialise(binaries, folder, password);
  const port = await freePort();
  const server = await run(binaries, folder, port);
  return {
    url: `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`,
    stop: () => end(server),
  };
}

async function initialise(binaries: PostgresBinaries, folder: DataFolder, password: string): Promise<void> {
  const data = folder.file('postgres');
  rmSync(data, { recursive: true, force: true }); // a first start that was killed half-way
  mkdirSync(data, { mode: 0o700 });
  const passwordFile = `${data}.password`;
  writeFileSync(passwordFile, password, { mode: 0o600 });
  const { uid, gid } = binaries.runAs;
  if (uid !== undefined && gid !== undefined) {
    for (const path of [data, passwordFile]) chownSync(path, uid, gid);
    makeReachable(folder, uid, gid);
  }
  const args = ['--pgdata', data, '--username=postgres', '--auth=scram-sha-256', '--pwfile', passwordFile];
  try {
    await promisify(execFile)(binaries.initdb, [...args, '--encoding=UTF8', '--locale=C'], {
      ...binaries.runAs,
      cwd: data,
    });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** Started by root, the server runs as somebody else, who must be able to pass through the folder; its contents stay closed. */
function makeReachable(folder: DataFolder, uid: number, gid: number): void {
  chownSync(folder.path, uid, gid);
  const { status } = spawnSync('ls', [folder.path], { uid, gid, stdio: 'ignore' });
  if (status === 0) return;
  const problem = `${folder.path} cannot be entered by user ${uid}, whom Postgres runs as when root starts it; choose another folder`;
  throw new ConfigError([{ variable: 'DATA_DIR', problem }]);
}

async function run(binaries: PostgresBinaries, folder: DataFolder, port: number): Promise<ChildProcess> {
  const logFile = folder.file('postgres.log');
  const log = openSync(logFile, 'a');
  const seen = statSync(logFile).size;
  const settings = { port, listen_addresses: '127.0.0.1', unix_socket_directories: '', max_connections: 100 };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // A process group of its own: Ctrl-C is for us, and we end Postgres when everything that uses it has ended.
  const server = spawn(binaries.postgres, ['-D', folder.file('postgres'), ...args], {
    ...binaries.runAs,
    cwd: folder.file('postgres'),
    stdio: ['ignore', log, log],
    detached: true,
  });
  for (const deadline = performance.now() + READY_WITHIN_MS; performance.now() < deadline; await pause(20)) {
    const news = readFileSync(logFile).subarray(seen).toString();
    if (news.includes('database system is ready to accept connections')) return server;
    if (server.exitCode !== null) throw new Error(`Postgres ended at its start:\n${news.slice(-2_000)}`);
  }
  await end(server);
  throw new Error(`Postgres was not ready within ${READY_WITHIN_MS / 1_000} s; see ${logFile}`);
}

/** SIGINT is Postgres's fast shutdown: transactions are rolled back, nothing is to be recovered at the next start. */
async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.kill('SIGINT');
  await exited;
}

/** The pid stands in the first line of postmaster.pid; it is ours only when its command line names our folder. */
async function stopLeftover(data: string, logger: Logger): Promise<void> {
  const pidFile = `${data}/postmaster.pid`;
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  if (!(await isPostgresOn(pid, data))) return;
  logger.warn({ pid }, 'stopping the Postgres that an earlier start left behind');
  process.kill(pid, 'SIGINT');
  for (const deadline = performance.now() + READY_WITHIN_MS; performance.now() < deadline; await pause(50)) {
    if (!(await isPostgresOn(pid, data))) return;
  }
  throw new Error(`the Postgres of an earlier start (process ${pid}) does not end`);
}

async function isPostgresOn(pid: number, data: string): Promise<boolean> {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    const { stdout } = await promisify(execFile)('ps', ['-p', String(pid), '-o', 'args=']);
    return stdout.includes('postgres') && stdout.includes(data);
  } catch {
    return false; // ps ends with 1 when there is no such process
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
