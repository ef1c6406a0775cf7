import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { step } from './drawn-steps.contract.js';
import { expectSettled } from './settled.contract.js';
import { perform } from './steps.js';
import { World, type ModelSubject, type Mutation } from './world.js';

export interface ModelRuns {
  /** One history of steps after another. */
  readonly sequential: number;
  /** Three callers at once, taking turns as a seeded scheduler says. */
  readonly interleaved: number;
  /** The suite gives up being thorough after this long, in ms each. */
  readonly withinMs: number;
  /** Steps in a history at most; 60 when absent. */
  readonly steps?: number;
  /** A failing run's `seed` or `seed:path`, to be done again; the fixed seed when absent, `random` for a fresh one. */
  readonly replay?: string | undefined;
}

export type OpenModelSubject = () => Promise<ModelSubject>;

/** So that a run of the tests finds tomorrow what it found today; other seeds are tried on purpose. */
const FIXED_SEED = 20_261_121;

/** Histories of steps against an engine over this store. Returns how many were run. @throws what fast-check reports */
export async function runSequential(open: OpenModelSubject, runs: number, options: RunOptions = {}): Promise<number> {
  const history = fc.array(step, { maxLength: options.steps ?? 60, size: 'max' });
  return run(runs, options, (lived) =>
    fc.asyncProperty(history, (steps) =>
      lived(open, async (subject) => {
        const world = new World(subject, null, options.mutation);
        for (const one of steps) await perform(world, one);
        await world.settle();
        await expectSettled(world);
      }),
    ),
  );
}

/** Three callers at once on two devices: which of them goes on is drawn at every door of the store. */
export async function runInterleaved(open: OpenModelSubject, runs: number, options: RunOptions = {}): Promise<number> {
  const caller = fc.array(step, { maxLength: (options.steps ?? 36) / 3, size: 'max' });
  return run(runs, options, (lived) =>
    fc.asyncProperty(fc.scheduler(), fc.tuple(caller, caller, caller), (scheduler, callers) =>
      lived(open, async (subject) => {
        const gate = (label: string): Promise<void> => scheduler.schedule(Promise.resolve(), label);
        const world = new World(subject, gate, options.mutation);
        const all = callers.map(async (steps) => {
          for (const one of steps) await perform(world, one);
        });
        // All of them are awaited, also when one has failed: the next run may share the store.
        const ends = await scheduler.waitFor(Promise.allSettled(all));
        for (const end of ends) if (end.status === 'rejected') throw end.reason;
        await scheduler.waitFor(world.settle());
        await expectSettled(world);
      }),
    ),
  );
}

export interface RunOptions {
  readonly mutation?: Mutation;
  readonly replay?: string | undefined;
  readonly withinMs?: number;
  readonly shrink?: boolean;
  /** Steps in a history at most. */
  readonly steps?: number | undefined;
}

/** Lives one history on a store of its own, unless the time is over. */
type Lived = (open: OpenModelSubject, life: (subject: ModelSubject) => Promise<void>) => Promise<void>;

/** Like `fc.assert` within a time; a machine so busy that not even one run in 40 was done has proved nothing. */
async function run<T>(
  runs: number,
  options: RunOptions,
  propertyOf: (lived: Lived) => fc.IAsyncProperty<T>,
): Promise<number> {
  const until = performance.now() + (options.withinMs ?? Infinity);
  let done = 0;
  // fast-check's own limit would leave the last run under way, to meddle with whatever comes next.
  const property = propertyOf(async (open, life) => {
    if (performance.now() > until) return;
    const subject = await open();
    try {
      await life(subject);
    } finally {
      await subject.close();
    }
    done += 1;
  });
  const details = await fc.check(property, parameters<T>(runs, options));
  if (details.failed) throw await failure(details);
  const replayed = options.replay?.includes(':') ?? false;
  if (!replayed && done < runs / 40) throw new Error(`only ${done} of ${runs} runs in the time given`);
  return done;
}

/** Of the path only the beginning is told: what a scheduler drew while shrinking cannot be drawn again, the run itself can. */
async function failure<T>(details: fc.RunDetails<T>): Promise<Error> {
  const again = `${details.seed}:${details.counterexamplePath?.split(':')[0] ?? ''}`;
  const report = await fc.asyncDefaultReportMessage(details);
  const cause = details.errorInstance;
  return new Error(`${report}\n\nTo be done again with DOWNLINK_MODEL_SEED=${again}`, { cause });
}

function parameters<T>(numRuns: number, { replay, shrink = true }: RunOptions): fc.Parameters<T> {
  const [seed, ...path] = replay?.split(':') ?? [];
  const drawn = seed === undefined ? FIXED_SEED : seed === 'random' ? Date.now() : Number(seed);
  return { numRuns, endOnFailure: !shrink, seed: drawn, ...(path.length > 0 ? { path: path.join(':') } : {}) };
}

/** The engine over any store, against a model of what an application may assume. */
export function engineModelContract(name: string, open: OpenModelSubject, runs: ModelRuns): void {
  const { sequential, interleaved, ...options } = runs;
  const patience = options.withinMs + 40_000;
  describe(`the engine over ${name}, against its model`, () => {
    it(
      'keeps every promise over histories of everything that can happen',
      async () => {
        await runSequential(open, sequential, options);
      },
      patience,
    );

    it(
      'keeps every promise whatever the order in which three callers at once are let on',
      async () => {
        await runInterleaved(open, interleaved, options);
      },
      patience,
    );
  });
}
