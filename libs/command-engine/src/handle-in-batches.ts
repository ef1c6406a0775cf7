import type { Signal } from '@downlink/command-domain';
import type { Engine, Outcome } from './outcome.js';

/** Hands signals in, `size` in a transaction, one after another; one outcome for each, in their order. @throws Fault (retryable) */
export async function handleInBatches(engine: Engine, signals: readonly Signal[], size: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let done = 0; done < signals.length; done += size) {
    outcomes.push(...(await engine.handle(signals.slice(done, done + size))));
  }
  return outcomes;
}
