import { environment } from './environment.js';

export interface FuzzRun {
  readonly forMs: number;
  readonly seed: number;
}

/** `DOWNLINK_FUZZ_SECONDS` (30) and `DOWNLINK_FUZZ_SEED` (a fresh one, which a failing run prints). */
export function fuzzRun(): FuzzRun {
  const seconds = Number(environment.fuzzSeconds());
  if (!(seconds > 0)) throw new Error(`DOWNLINK_FUZZ_SECONDS is no number of seconds: ${environment.fuzzSeconds()}`);
  return { forMs: seconds * 1_000, seed: seedOfRun() };
}

/** `DOWNLINK_FUZZ_PACKETS` (10,000) and `DOWNLINK_FUZZ_SEED`. */
export function fuzzedPackets(): { readonly packets: number; readonly seed: number } {
  return { packets: positive('DOWNLINK_FUZZ_PACKETS', environment.fuzzPackets()), seed: seedOfRun() };
}

/** `DOWNLINK_WRONG_PASSWORDS` (1,000). */
export function wrongPasswords(): number {
  return positive('DOWNLINK_WRONG_PASSWORDS', environment.wrongPasswords());
}

function positive(variable: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`${variable} is no number: ${text}`);
  return Number(text);
}

function seedOfRun(): number {
  const seed = environment.fuzzSeed() ?? String(Date.now() % 2_147_483_647);
  if (!/^-?\d+$/.test(seed)) throw new Error(`DOWNLINK_FUZZ_SEED is no seed: ${seed}`);
  return Number(seed);
}
