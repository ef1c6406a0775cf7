import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { environment } from '../environment.js';

/** Where servers are installed but ordinary users' search paths do not look. */
const FURTHER = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/sbin', '/usr/local/opt/mosquitto/sbin'];

/** The full path of an installed program, or `undefined`. */
export function findProgram(name: string): string | undefined {
  return [...environment.searchPath().split(delimiter), ...FURTHER]
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    // Not there or not to be run: in both cases, not a program for us.
    return false;
  }
}
