import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/**
 * Something that stays the same while process `pid` lives and that a later process with the same number does not have: its start
 * time. `undefined` when there is no such process. Needed because a number noted by a run that was killed may belong to a
 * stranger by now.
 */
export function processIdentity(pid: number): string | undefined {
  return existsSync('/proc/self/stat') ? startTimeFromProc(pid) : startTimeFromPs(pid);
}

function startTimeFromProc(pid: number): string | undefined {
  const file = `/proc/${String(pid)}/stat`;
  if (!existsSync(file)) return undefined;
  try {
    // The program's name stands in parentheses and may hold spaces: count from behind it. Field 22 is the start, field 3 the state.
    const fields = readFileSync(file, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch (reason) {
    if (isGone(reason)) return undefined;
    throw reason;
  }
}

function startTimeFromPs(pid: number): string | undefined {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch (reason) {
    if (reason instanceof Error && 'status' in reason && reason.status === 1) return undefined;
    throw reason;
  }
}

function isGone(reason: unknown): boolean {
  return reason instanceof Error && 'code' in reason && (reason.code === 'ENOENT' || reason.code === 'ESRCH');
}
