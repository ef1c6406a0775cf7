import { existsSync, readFileSync } from 'node:fs';
import type { TestProcess } from '@downlink/testing';

const EVERY_MS = 500;

/**
 * The most memory that each service had resident, over all its processes. Linux keeps the peak of each process (VmHWM, proc(5)),
 * so that looking now and then misses none but that of the last half second before a kill.
 */
export class MemoryWatch {
  private readonly peaks = new Map<string, number>();
  private readonly watched = new Set<TestProcess>();
  private readonly timer = setInterval(() => this.look(), EVERY_MS);

  watch(process: TestProcess): TestProcess {
    this.watched.add(process);
    return process;
  }

  /** MiB by service; empty where there is no /proc. */
  get peaksMiB(): Record<string, number> {
    this.look();
    return Object.fromEntries([...this.peaks].map(([name, kib]) => [name, Math.round(kib / 102.4) / 10]));
  }

  look(): void {
    for (const process of this.watched) {
      if (!process.isRunning()) {
        this.watched.delete(process);
        continue;
      }
      const kib = peakKiB(process.pid);
      if (kib !== undefined) this.peaks.set(process.name, Math.max(kib, this.peaks.get(process.name) ?? 0));
    }
  }

  stop(): void {
    clearInterval(this.timer);
  }
}

function peakKiB(pid: number): number | undefined {
  const path = `/proc/${pid}/status`;
  if (!existsSync(path)) return undefined;
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(path, 'utf8'))?.[1];
  return peak === undefined ? undefined : Number(peak);
}
