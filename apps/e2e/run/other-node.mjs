import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** A Node of another supported major than the one that runs this: { command, version }, or undefined where there is none. */
export function otherNode() {
  const given = process.env.DOWNLINK_OTHER_NODE;
  const candidates = given === undefined || given === '' ? [...onPath(), ...fromNvm()] : [given];
  for (const command of candidates) {
    const { status, stdout } = spawnSync(command, ['--version'], { encoding: 'utf8' });
    const major = Number(/^v(\d+)\./.exec(stdout ?? '')?.[1]);
    if (status === 0 && major >= 22 && major !== Number(process.versions.node.split('.')[0])) {
      return { command, version: stdout.trim() };
    }
  }
  return undefined;
}

function onPath() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return ['node24', 'node-24', 'node22', 'node-22']
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .filter((file) => existsSync(file));
}

function fromNvm() {
  const versions = join(process.env.NVM_DIR ?? join(homedir(), '.nvm'), 'versions/node');
  if (!existsSync(versions)) return [];
  return readdirSync(versions)
    .filter((name) => /^v(22|24)\./.test(name))
    .map((name) => join(versions, name, 'bin/node'));
}
