import { environment } from './environment.js';

/** What the model-based suites run again: `DOWNLINK_MODEL_SEED` as a failing run printed it, or `random` for a fresh seed. */
export function replayedModelSeed(): string | undefined {
  const seed = environment.modelSeed();
  return seed === undefined || /^(random|-?\d+(:\d+)*)$/.test(seed) ? seed : badSeed(seed);
}

function badSeed(seed: string): never {
  throw new Error(`DOWNLINK_MODEL_SEED is no seed, seed:path or random: ${seed}`);
}
