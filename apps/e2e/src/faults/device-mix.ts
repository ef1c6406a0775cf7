import type { SimulatedBehaviour } from '../steps/simulated-devices.js';

/** Devices that behave alike, and how much of the load they can take. */
interface Kind {
  readonly behaviour: SimulatedBehaviour;
  /** Of 100 devices. */
  readonly share: number;
  /** Commands a second that one device of this kind is sent at most; those without a bound share the rest. */
  readonly atMost?: number;
  /** What its latency says is about the platform and not about the device. */
  readonly steady: boolean;
}

/** A device that takes one command at a time and seconds for it must be sent less than it can take, or its queue grows without end. */
const KINDS: readonly Kind[] = [
  { behaviour: 'acknowledging', share: 38, steady: true },
  { behaviour: 'answering', share: 20, steady: true },
  { behaviour: 'hasty', share: 8, steady: true },
  { behaviour: 'duplicating', share: 8, steady: true },
  { behaviour: 'failing', share: 4, steady: true },
  { behaviour: 'slow', share: 6, atMost: 0.2, steady: false },
  { behaviour: 'sleeping', share: 7, atMost: 0.2, steady: false },
  { behaviour: 'flapping', share: 5, atMost: 0.2, steady: false },
  { behaviour: 'mute', share: 2, atMost: 0.05, steady: false },
  { behaviour: 'silent', share: 2, atMost: 0.04, steady: false },
];

export interface MixedDevice {
  readonly id: string;
  readonly behaviour: SimulatedBehaviour;
}

export const STEADY_PREFIX = 'steady-';

/** `count` devices of mixed behaviours; ids of the well-behaved begin with `STEADY_PREFIX`. */
export function mixDevices(count: number, application: string): MixedDevice[] {
  return KINDS.flatMap(({ behaviour, share, steady }) =>
    Array.from({ length: Math.max(1, Math.round((count * share) / 100)) }, (_, n) => ({
      id: `${steady ? STEADY_PREFIX : 'odd-'}${behaviour}-${application}-${n}`,
      behaviour,
    })),
  );
}

/** Chooses a device for each command of an open load of `rate` a second, so that no kind gets more than it can take. */
export function chooseDevices(devices: readonly MixedDevice[], rate: number, random: () => number): () => MixedDevice {
  const bounds = new Map(KINDS.map(({ behaviour, atMost }) => [behaviour, atMost]));
  const bounded = devices.filter(({ behaviour }) => bounds.get(behaviour) !== undefined);
  const free = devices.filter(({ behaviour }) => bounds.get(behaviour) === undefined);
  const taken = Math.min(
    bounded.reduce((sum, { behaviour }) => sum + bounds.get(behaviour)!, 0),
    rate / 3,
  );
  return () => {
    const from = random() * rate < taken ? bounded : free;
    return from[Math.floor(random() * from.length)]!;
  };
}
