import { setTimeout as wait } from 'node:timers/promises';
import { SERVICES, type Service } from '../system/system.js';
import type { FaultWorld } from './fault-world.js';
import { pick } from './seeded-random.js';
import { findFaketime, WrongClock } from './wrong-clock.js';

export interface Strike {
  readonly world: FaultWorld;
  /** How long it lasts, or how long it goes on striking. */
  readonly ms: number;
  readonly random: () => number;
  /** Tells what is done, for whoever reads along. */
  readonly note: (text: string) => void;
}

export interface Fault {
  readonly name: string;
  readonly title: string;
  /** Its length unless asked for another. */
  readonly seconds: number;
  /** Shorter than this it would test nothing. */
  readonly atLeastSeconds?: number;
  /** Why it cannot be had on this machine. */
  readonly missing?: () => string | undefined;
  /** Does it and undoes it; resolves with how often it struck, when the last of it is undone. */
  strike(strike: Strike): Promise<number>;
}

/** What an orchestrator takes to notice and to start again. */
const RESTART_MS = 2_000;

const kills = (services: readonly Service[]): Pick<Fault, 'seconds' | 'strike'> => ({
  seconds: 20,
  strike: (strike) =>
    again(strike, async () => {
      const replica = pick(strike.random, strike.world.services.of(pick(strike.random, services)));
      strike.note(`kill -9 ${replica.service} ${replica.process.pid}`);
      await strike.world.services.replace(replica);
    }),
});

const freezes = (service: Service): Fault => ({
  name: `freeze-${service}`,
  title: `SIGSTOP of a ${service}, then SIGCONT`,
  seconds: 40,
  // Longer than a lease (15 s): the others have taken over when it wakes up.
  atLeastSeconds: 17,
  async strike({ world, ms, random, note }) {
    const { process: frozen } = pick(random, world.services.of(service));
    note(`SIGSTOP ${service} ${frozen.pid} for ${ms} ms`);
    process.kill(frozen.pid, 'SIGSTOP');
    try {
      await wait(ms);
    } finally {
      process.kill(frozen.pid, 'SIGCONT');
    }
    return 1;
  },
});

/** A server is away for a moment and comes back, again and again. */
const outages = (down: (world: FaultWorld) => Promise<void>, up: (world: FaultWorld) => Promise<void>) => ({
  seconds: 20,
  strike: (strike: Strike) =>
    again(
      strike,
      async () => {
        strike.note('down');
        await down(strike.world);
        await wait(RESTART_MS);
        await up(strike.world);
        strike.note('up');
      },
      8_000,
    ),
});

/** Each service in turn gets a replica whose clock is wrong from its start, and jumps right while it runs. */
const wrongClocks = (hours: number): Pick<Fault, 'seconds' | 'missing' | 'strike'> => ({
  seconds: 40,
  missing: () => (findFaketime() === undefined ? 'libfaketime is not installed (Debian: faketime)' : undefined),
  async strike({ world, ms, random, note }) {
    const clock = new WrongClock(findFaketime()!);
    try {
      for (const service of SERVICES) {
        clock.set(hours);
        const before = pick(random, world.services.of(service));
        note(`${service} ${before.process.pid} starts again with a clock ${hours} h off`);
        const wrong = await world.services.replace(before, 'SIGKILL', clock.environment);
        await wait((ms * 2) / 3 / SERVICES.length);
        note(`the clock of ${service} ${wrong.process.pid} jumps to the right time`);
        clock.set(0);
        await wait(ms / 3 / SERVICES.length);
        await world.services.replace(wrong, 'SIGTERM');
      }
    } finally {
      clock.remove();
    }
    return SERVICES.length;
  },
});

export const FAULTS: readonly Fault[] = [
  ...SERVICES.map((service) => ({ name: `kill-${service}`, title: `kill -9 of a ${service}`, ...kills([service]) })),
  { name: 'kill-any', title: 'kill -9 of any service at random', ...kills(SERVICES) },
  ...(['dispatcher', 'scheduler', 'notifier'] as const).map(freezes),
  {
    name: 'postgres-restart',
    title: 'Postgres restarts in order',
    ...outages(
      ({ postgres }) => postgres.halt(),
      ({ postgres }) => postgres.restart(),
    ),
  },
  {
    name: 'postgres-kill',
    title: 'kill -9 of the postmaster',
    ...outages(
      ({ postgres }) => postgres.kill(),
      ({ postgres }) => postgres.restart(),
    ),
  },
  {
    name: 'kafka-kill',
    title: 'kill -9 of Kafka',
    ...outages(
      ({ kafka }) => kafka.kill(),
      ({ kafka }) => kafka.restart(),
    ),
  },
  {
    name: 'mosquitto-lost',
    title: 'kill -9 of Mosquitto, its state lost',
    ...outages(
      async ({ mosquitto }) => {
        await mosquitto.kill();
        mosquitto.forget();
      },
      ({ mosquitto }) => mosquitto.restart(),
    ),
  },
  { name: 'clock-ahead', title: 'a clock 2 h ahead in each service', ...wrongClocks(2) },
  { name: 'clock-behind', title: 'a clock 2 h behind in each service', ...wrongClocks(-2) },
  {
    name: 'receiver-down',
    title: 'the webhook receiver is down',
    seconds: 20,
    async strike({ world, ms }) {
      await world.sink.close();
      await wait(ms);
      await world.sink.open();
      return 1;
    },
  },
];

/** Strikes at least once, and again at random intervals until the time is over. Gives how often. */
async function again({ ms, random }: Strike, once: () => Promise<void>, restMs = 3_000): Promise<number> {
  const until = performance.now() + ms;
  let times = 0;
  while (times === 0 || performance.now() + restMs < until) {
    if (times > 0) await wait(restMs * (0.5 + random()));
    await once();
    times += 1;
  }
  return times;
}
