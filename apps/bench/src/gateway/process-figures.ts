import { readFileSync } from 'node:fs';

/** Linux counts processor time in ticks of 10 ms for every program (USER_HZ, proc(5)). */
const TICKS_PER_SECOND = 100;

/** Processor time of a process since its start, in seconds (Linux only). */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
  // The second field is the program's name in brackets, which may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resident memory of a process in KiB (Linux only). */
export function residentKiB(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))![1]);
}

/** How many files a process may have open, sockets among them (Linux only). */
export function openFilesLimit(pid: number): number {
  return Number(/^Max open files\s+(\d+)/m.exec(readFileSync(`/proc/${String(pid)}/limits`, 'utf8'))![1]);
}

/** Which share of one core each of these used, from the call to the call of what it returns. */
export function coresUsed(pids: Readonly<Record<string, number>>): () => Record<string, number> {
  const startedAt = performance.now();
  const before = Object.entries(pids).map(([name, pid]) => ({ name, pid, seconds: cpuSeconds(pid) }));
  return () => {
    const wall = (performance.now() - startedAt) / 1_000;
    return Object.fromEntries(before.map(({ name, pid, seconds }) => [name, (cpuSeconds(pid) - seconds) / wall]));
  };
}
