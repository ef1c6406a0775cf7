import { setTimeout as wait } from 'node:timers/promises';

export interface EventuallyOptions {
  /** Milliseconds until the last failure is thrown. */
  withinMs?: number;
  /** Milliseconds between two tries. */
  everyMs?: number;
}

/**
 * Calls `fn` until it returns without throwing and gives what it returned. After `withinMs` it throws, naming the time
 * waited, with the last failure as its cause and in its message. A try that is still running when the time is up is not waited for.
 */
export async function eventually<T>(
  fn: () => T | Promise<T>,
  { withinMs = 10_000, everyMs = 20 }: EventuallyOptions = {},
): Promise<Awaited<T>> {
  const deadline = Date.now() + withinMs;
  let lastFailure: unknown = new Error('the first try has not returned');
  for (;;) {
    const remaining = Math.max(deadline - Date.now(), 1);
    const outcome = await Promise.race([attempt(fn), outOfTime(remaining)]);
    if (outcome.kind === 'value') return outcome.value;
    if (outcome.kind === 'failure') lastFailure = outcome.reason;
    if (Date.now() + everyMs >= deadline) {
      throw new Error(`not within ${String(withinMs)} ms: ${describe(lastFailure)}`, { cause: lastFailure });
    }
    await wait(everyMs);
  }
}

type Outcome<T> = { kind: 'value'; value: T } | { kind: 'failure'; reason: unknown } | { kind: 'out-of-time' };

async function attempt<T>(fn: () => T | Promise<T>): Promise<Outcome<Awaited<T>>> {
  try {
    return { kind: 'value', value: await fn() };
  } catch (reason) {
    return { kind: 'failure', reason };
  }
}

/** Unreferenced, so that a wait that is over does not keep the process alive. */
async function outOfTime(ms: number): Promise<{ kind: 'out-of-time' }> {
  await wait(ms, undefined, { ref: false });
  return { kind: 'out-of-time' };
}

function describe(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
