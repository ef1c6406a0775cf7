import { environment } from './environment.js';

export interface FuzzRun {
  readonly forMs: number;
  readonly seed: number;
}

/** `DOWNLINK_FUZZ_SECONDS` (30) and `DOWNLINK_FUZZ_SEED` (a fresh one, which a failing run prints). */
export function fuzzRun(): FuzzRun {
  const seconds = Number(environment.fuzzSeconds());
  if (!(seconds > 0)) throw new Error(`DOWNLINK_FUZZ_SECONDS is no number of seconds: ${environment.fuzzSeconds()}`);
  const seed = environment.fuzzSeed() ?? String(Date.now() % 2_147_483_647);
  if (!/^-?\d+$/.test(seed)) throw new Error(`DOWNLINK_FUZZ_SEED is no seed: ${seed}`);
  return { forMs: seconds * 1_000, seed: Number(seed) };
}
