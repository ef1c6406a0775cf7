import type { Signal } from '@downlink/command-domain';
import { createEngine, type CommandStore, type CommittedFact, type Outcome } from '@downlink/command-engine';
import { eventually } from '@downlink/testing';
import { createPostgresStore, type PostgresStore } from '../../index.js';
import { openTurnedClock, type TurnedClock } from './turned-clock.js';

/** Two processes on one database, the first of which can be made to stop between deciding and writing. */
export interface TwoSessions {
  readonly clock: TurnedClock;
  readonly stores: readonly [PostgresStore, PostgresStore];
  /** Handles signals as one of the two. */
  handle(session: 0 | 1, ...signals: readonly Signal[]): Promise<Outcome[]>;
  /**
   * The first process locks, loads and decides `first`, and stops. The second one begins `second`; when it waits for the
   * lock, or is through, the first goes on. Both outcomes, in this order.
   */
  race(first: readonly Signal[], second: readonly Signal[]): Promise<[Outcome[], Outcome[]]>;
  readonly facts: CommittedFact[];
  close(): Promise<void>;
}

const onConnectionError = (error: Error): never => {
  throw error;
};

/** Stops once, after the work is done and before anything is written. */
function stopping(store: CommandStore, stop: () => Promise<void>): CommandStore {
  let stopped = false;
  return {
    transact: (touch, work) =>
      store.transact(touch, async (loaded) => {
        const done = await work(loaded);
        if (!stopped) {
          stopped = true;
          await stop();
        }
        return done;
      }),
  };
}

/** Something to wait for until somebody has passed it. */
function signpost(): { readonly passed: Promise<void>; readonly pass: () => void } {
  let pass = (): void => undefined;
  const passed = new Promise<void>((resolve) => {
    pass = resolve;
  });
  return { passed, pass };
}

export async function openTwoSessions(): Promise<TwoSessions> {
  const clock = await openTurnedClock();
  const open = () => createPostgresStore({ url: clock.url, onConnectionError });
  const stores = [open(), open()] as const;
  const facts: CommittedFact[] = [];
  const relay = { handOver: (handed: readonly CommittedFact[]) => void facts.push(...handed) };
  const engines = stores.map(({ commandStore }) => createEngine(commandStore, relay));

  async function race(first: readonly Signal[], second: readonly Signal[]): Promise<[Outcome[], Outcome[]]> {
    const [gate, decided] = [signpost(), signpost()];
    const store = stopping(stores[0].commandStore, () => {
      decided.pass();
      return gate.passed;
    });
    const one = createEngine(store, relay).handle(first);
    await decided.passed;
    let through = false;
    const other = engines[1]!.handle(second).finally(() => (through = true));
    await eventually(async () => {
      if (!through && (await waiting(clock)) === 0) throw new Error('the second is not at the lock yet');
    });
    gate.pass();
    return Promise.all([one, other]);
  }

  return {
    clock,
    stores,
    race,
    facts,
    handle: (session, ...signals) => engines[session]!.handle(signals),
    close: async () => {
      await Promise.all(stores.map((store) => store.close()));
      await clock.close();
    },
  };
}

async function waiting({ client }: TurnedClock): Promise<number> {
  const { rows } = await client.query<{ count: string }>(
    `select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return Number(rows[0]!.count);
}
