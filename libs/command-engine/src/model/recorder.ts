import type { Signal } from '@downlink/command-domain';
import { Fault } from '../fault.js';
import type { Outcome } from '../outcome.js';
import type { Changes, CommandStore, Loaded } from '../ports/command-store.port.js';
import type { CommittedUnit } from './model.js';

/** Where a process may die, as seen from one unit of work. */
export type CrashPoint = 'before-commit' | 'after-commit' | 'before-delete';

/** The process died: what its caller sees is that nobody answers. */
export class Crashed extends Fault {
  constructor(point: CrashPoint) {
    super('process-crashed', `the process died ${point}`, { retryable: true });
  }
}

interface Entry {
  readonly signals: readonly Signal[];
  state: 'open' | 'committed' | 'undone';
  /** Whether its caller has had his answer, or will never have one. */
  settled: boolean;
  unit: Omit<CommittedUnit, 'signals' | 'outcomes'> | null;
  outcomes: readonly Outcome[] | null;
}

/** Lets somebody else go on for a while, when there is somebody. */
export type Gate = (label: string) => Promise<void>;

/**
 * Stands between engine and store and tells of every committed unit, in the order in which the units were decided: under
 * the lock of a lane that is the order of their commits, also when the answers come back in another.
 */
export class Recorder {
  private readonly entries: Entry[] = [];

  constructor(
    private readonly tell: (unit: CommittedUnit) => void,
    private readonly gate: Gate,
  ) {}

  /** The store for one call of `handle`; `settle` must follow. */
  open(store: CommandStore, signals: readonly Signal[], crash: CrashPoint | null) {
    const entry: Entry = { signals, state: 'open', settled: false, unit: null, outcomes: null };
    const recording: CommandStore = {
      transact: async (touch, work) => {
        await this.gate('begin');
        const result = await store.transact(touch, (loaded) => this.work(entry, { loaded, crash }, work));
        entry.state = 'committed';
        if (crash === 'after-commit') throw new Crashed(crash);
        return result;
      },
    };
    const settle = (outcomes: readonly Outcome[] | null): void => {
      if (entry.state === 'open') entry.state = 'undone';
      entry.settled = true;
      entry.outcomes = outcomes;
      this.drain();
    };
    return { store: recording, settle };
  }

  private async work<T>(
    entry: Entry,
    { loaded, crash }: { loaded: Loaded; crash: CrashPoint | null },
    work: (loaded: Loaded) => Promise<{ changes: Changes; result: T }>,
  ): Promise<{ changes: Changes; result: T }> {
    await this.gate('decide');
    const done = await work(loaded);
    // Called again when a race was lost: only the last time counts, and its place in the order.
    const before = this.entries.indexOf(entry);
    if (before >= 0) this.entries.splice(before, 1);
    this.entries.push(entry);
    entry.unit = { events: done.changes.events };
    await this.gate('write');
    if (crash === 'before-commit') throw new Crashed(crash);
    return done;
  }

  private drain(): void {
    while (this.entries[0]?.settled) {
      const { signals, state, unit, outcomes } = this.entries.shift()!;
      if (state === 'committed' && unit !== null) this.tell({ ...unit, signals, outcomes });
    }
  }
}
