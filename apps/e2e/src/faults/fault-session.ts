import { firstCommandIdAt } from '@downlink/command-domain';
import type { FaultsConfig } from './config.js';
import type { Fault } from './faults.js';
import { openWorld, type FaultWorld } from './fault-world.js';
import type { FoundBreach } from './broken-promises.js';
import { findBreaches } from './find-breaches.js';
import type { FaultResult } from './report.js';
import { latencyIn, rateIn, runFault, settle, type Struck } from './run-fault.js';
import { within } from './within.js';

type SessionConfig = Pick<FaultsConfig, 'faults' | 'seconds' | 'before' | 'rate' | 'devices' | 'checkAtEnd'>;

interface Watching {
  readonly random: () => number;
  readonly note: (text: string) => void;
  /** Called with each result that is final. */
  readonly told: (result: FaultResult) => void;
}

/** Commands live 60 s, then wait for acknowledgements and answers, and their last webhook for its receiver. */
const SETTLE_MS = 180_000;
const START_MS = 300_000;
const CLOSE_MS = 90_000;
/** What a fault may take beyond its own time: recovery, and slow restarts on a busy machine. */
const MARGIN_MS = 300_000;

type Done = Struck & { readonly fault: Fault };

/** Runs faults one after the other on one world, which is replaced when a fault could not be done on it. Never throws. */
export class FaultSession {
  private world: FaultWorld | undefined;
  private unchecked: Done[] = [];
  private readonly known = new Set<string>();
  private logs = '';

  constructor(
    private readonly config: SessionConfig,
    private readonly watching: Watching,
  ) {}

  async run(): Promise<void> {
    for (const fault of this.config.faults) await this.runOne(fault);
    if (this.unchecked.length > 0) await this.guarded(this.unchecked.at(-1)!.fault, () => this.check());
    await this.close();
  }

  /** What the services wrote, of all worlds. */
  allLogs(): string {
    return this.logs;
  }

  /** Ends everything; to be called at any time. */
  async close(): Promise<void> {
    const { world } = this;
    this.world = undefined;
    if (world === undefined) return;
    try {
      await within(CLOSE_MS, 'the end of all processes', world.close());
    } catch (error) {
      this.watching.note(`not everything ended in order: ${String(error).slice(0, 2_000)}`);
    }
    this.logs += world.services.logs();
  }

  private async runOne(fault: Fault): Promise<void> {
    const missing = fault.missing?.();
    if (missing !== undefined) {
      this.watching.told({ fault: fault.name, title: fault.title, outcome: 'skipped', why: missing, breaches: [] });
      return;
    }
    await this.guarded(fault, async () => {
      const world = (this.world ??= await this.open());
      const { before, seconds = fault.seconds } = this.config;
      const timing = {
        beforeMs: before * 1_000,
        faultMs: Math.max(seconds, fault.atLeastSeconds ?? 0) * 1_000,
      };
      this.watching.note(`── ${fault.name}: ${fault.title}`);
      const struck = await within(
        timing.beforeMs + 4 * timing.faultMs + MARGIN_MS,
        fault.name,
        runFault(world, fault, { ...timing, ...this.watching }),
      );
      this.unchecked.push({ ...struck, fault });
      if (!this.config.checkAtEnd) await this.check();
    });
  }

  /** A fault that cannot be done, or after which nothing settles, has failed and takes its world with it. */
  private async guarded(fault: Fault, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const failed = [...new Set([...this.unchecked.map((done) => done.fault), fault])];
      this.unchecked = [];
      for (const { name, title } of failed)
        this.watching.told({ fault: name, title, outcome: 'failed', why, breaches: [] });
      await this.close();
    }
  }

  private async open(): Promise<FaultWorld> {
    const world = await within(
      START_MS,
      'the start of all processes',
      openWorld({ ...this.config, random: this.watching.random }),
    );
    world.load.start();
    return world;
  }

  /** Lets everything settle, checks it, and begins the load again. */
  private async check(): Promise<void> {
    const world = this.world!;
    const done = this.unchecked;
    const since = done[0]!.before.from;
    await within(SETTLE_MS, 'an answer to every submission', world.load.stop());
    const left = await settle(world, since, SETTLE_MS);
    const { breaches } = await findBreaches(world, since);
    const settled = left.map((text): FoundBreach => ({ rule: '1', text: `never settled: ${text}` }));
    const found = [...settled, ...breaches].filter(({ rule, text }) => !this.known.has(`${rule} ${text}`));
    for (const { rule, text } of found) this.known.add(`${rule} ${text}`);
    for (const result of await Promise.all(done.map((one) => resultOf(world, one, breachesOf(one, done, found)))))
      this.watching.told(result);
    this.unchecked = [];
    world.load.forget();
    if (!this.config.checkAtEnd) world.load.start();
  }
}

/** A breach about a command belongs to the fault that was on when it was accepted, any other to the last one. */
function breachesOf(one: Done, all: readonly Done[], found: readonly FoundBreach[]): FoundBreach[] {
  return found.filter(({ text }) => {
    const id = /\b\d{19}\b/.exec(text)?.[0];
    const owner = id === undefined ? undefined : all.findLast(({ before }) => firstCommandIdAt(before.from) <= id);
    return (owner ?? (id === undefined ? all.at(-1) : all[0])) === one;
  });
}

async function resultOf(world: FaultWorld, done: Done, breaches: FoundBreach[]): Promise<FaultResult> {
  const { fault, times, inFlight, before, during, recoveryMs } = done;
  const measured = async (period: Done['before']) => ({
    rate: await rateIn(world, period),
    p99Ms: (await latencyIn(world, period)).p99Ms,
  });
  return {
    fault: fault.name,
    title: fault.title,
    outcome: breaches.length === 0 && recoveryMs !== null ? 'passed' : 'failed',
    ...(recoveryMs === null ? { why: 'as much as before was not finished again within 120 s' } : {}),
    times,
    inFlight,
    seconds: (during.until - during.from) / 1_000,
    before: await measured(before),
    during: await measured(during),
    recoveryMs,
    breaches,
  };
}
