import { pause } from './pause.js';
import type { DeviceLink } from './device-link.js';

/** In ms; 5,000 each unless given. */
export interface Absences {
  /** How long a connection lasts. Stretched by up to a half at random, so that a fleet does not go as one. */
  readonly awakeMs?: number;
  /** How long a sleeping device stays away, likewise. */
  readonly awayMs?: number;
}

const DEFAULT_MS = 5_000;
const stretched = (ms = DEFAULT_MS): number => ms * (1 + Math.random() / 2);

/** Breaks the connection again and again without a DISCONNECT; the device comes back by itself. */
export async function flap(link: DeviceLink, { awakeMs }: Absences, signal: AbortSignal): Promise<void> {
  while (await pause(stretched(awakeMs), signal)) link.drop();
}

export interface Sleep extends Absences {
  /** What the device says before it goes. */
  readonly goodbye: () => Promise<void>;
  readonly signal: AbortSignal;
}

/** Goes in order and comes back, again and again. What it had still to say is forgotten in its sleep. Ends awake. */
export async function sleepAndWake(link: DeviceLink, { awakeMs, awayMs, goodbye, signal }: Sleep): Promise<void> {
  while (await pause(stretched(awakeMs), signal)) {
    // A broker that is away hears no goodbye.
    if (link.isUp) await Promise.race([goodbye().catch(() => undefined), pause(1_000, signal)]);
    if (signal.aborted) return;
    await link.leave();
    await pause(stretched(awayMs), signal);
    await link.open();
  }
}
