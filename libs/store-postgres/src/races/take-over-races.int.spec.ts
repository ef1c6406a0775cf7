import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CommandId } from '@downlink/command-domain';
import {
  LeasedCommandIds,
  OutboxRelay,
  OutboxSweeper,
  type CommittedFact,
  type Outbox,
} from '@downlink/command-engine';
import { ALL_SHARDS, nextCommandId, requestFor } from '@downlink/command-engine/contracts';
import { eventually } from '@downlink/testing';
import { openTwoSessions, type TwoSessions } from './spec-support/two-sessions.js';

const TTL_MS = 60_000;

describe('take-over, stepped by hand', () => {
  let sessions: TwoSessions;
  beforeEach(async () => {
    sessions = await openTwoSessions();
  });
  afterEach(() => sessions.close());
  const turn = (ms: number) => sessions.clock.set(sessions.clock.now() + ms);

  describe('of a worker number', () => {
    /** One number is left, so that it has to be taken over. */
    beforeEach(() => sessions.clock.client.query(`update worker_number set reusable_at = 9e15 where worker <> 7`));

    const generator = (session: 0 | 1, monotonic: () => number) =>
      new LeasedCommandIds(sessions.stores[session].workerNumbers, { owner: `p${session}`, ttlMs: TTL_MS, monotonic });
    const many = (ids: LeasedCommandIds, count = 5_000): CommandId[] => Array.from({ length: count }, () => ids.next());

    it('waits until no id of the old holder can come any more, frozen or not, and no id is made twice', async () => {
      let frozen = 0;
      const [old, heir] = [generator(0, () => frozen), generator(1, () => 0)];
      await old.start();
      const before = many(old);
      for (const ms of [TTL_MS, TTL_MS - 1]) {
        await turn(ms);
        await expect(heir.start()).rejects.toMatchObject({ code: 'worker-numbers-exhausted' });
      }
      await turn(1);
      await heir.start();
      const inherited = many(heir);
      // A machine that slept believes that no time has gone by: its ids are of the time of its lease, and nobody else's.
      const asleep = many(old);
      frozen = TTL_MS;
      expect(() => old.next()).toThrow(expect.objectContaining({ code: 'worker-number-lost' }));
      expect(new Set([...before, ...asleep, ...inherited]).size).toBe(15_000);
      expect(inherited[0]! > asleep.at(-1)!).toBe(true);
      await Promise.all([old.stop(), heir.stop()]);
    });

    it('does not happen while the holder renews, and a holder that renews too late is told so', async () => {
      const [{ workerNumbers: numbers }, { workerNumbers: others }] = sessions.stores;
      const { worker } = await numbers.lease('old', TTL_MS);
      await turn(2 * TTL_MS - 1);
      await numbers.lease('old', TTL_MS, worker);
      await turn(1);
      await expect(others.lease('heir', TTL_MS)).rejects.toMatchObject({ code: 'worker-numbers-exhausted' });
      await turn(2 * TTL_MS);
      expect(await others.lease('heir', TTL_MS)).toMatchObject({ worker });
      await expect(numbers.lease('old', TTL_MS, worker)).rejects.toMatchObject({ code: 'worker-number-lost' });
    });
  });

  describe('of the outbox, when the relay dies between publishing and forgetting', () => {
    const bus: CommittedFact[] = [];
    const publisher = { publish: async (facts: readonly CommittedFact[]) => void bus.push(...facts) };
    const observer = { left: () => undefined, notRemoved: () => undefined };
    beforeEach(() => void bus.splice(0));

    async function submitted(): Promise<CommandId> {
      const commandId = nextCommandId();
      await sessions.handle(0, { kind: 'submit', commandId, deviceId: 'lamp', request: requestFor('lamp') });
      return commandId;
    }
    const sweeper = (session: 0 | 1, outbox: Outbox = sessions.stores[session].outbox) =>
      new OutboxSweeper(publisher, outbox, { olderThanMs: 5_000, limit: 100 });
    const delivery = ({ commandId, version }: CommittedFact) => ({
      webhookId: `${commandId}-${version}`,
      commandId,
      version,
      deviceId: 'lamp',
      applicationId: 'app',
      url: 'http://receiver.example/',
      contentType: 'application/json',
      body: '{}',
    });

    it('publishes the same facts again, and a consumer that knows (command id, version) does nothing twice', async () => {
      await submitted();
      const dead: Outbox = {
        ...sessions.stores[0].outbox,
        remove: () => Promise.reject(new Error('the process died')),
      };
      const relay = new OutboxRelay(publisher, dead, observer);
      relay.handOver(sessions.facts);
      await relay.drain();
      const first = bus.splice(0);
      expect(await sweeper(1).sweep(ALL_SHARDS)).toBe(0);
      await turn(5_000);
      expect(await sweeper(1).sweep(ALL_SHARDS)).toBe(2);
      expect(bus).toEqual(first);
      const { webhookDeliveries: deliveries } = sessions.stores[1];
      const claims = [await deliveries.enqueue(first.map(delivery), 60_000)];
      claims.push(await deliveries.enqueue(bus.map(delivery), 60_000));
      expect(claims.map((claimed) => claimed.length)).toEqual([1, 0]);
      expect(await deliveries.ofCommand(first[0]!.commandId)).toHaveLength(2);
      expect(await sweeper(1).sweep(ALL_SHARDS)).toBe(0);
    });

    it('publishes nothing that was forgotten before the sweep, and once more what is forgotten during it', async () => {
      const relay = new OutboxRelay(publisher, sessions.stores[0].outbox, observer);
      const commandId = await submitted();
      await turn(5_000);
      // The sweeper has read; only then the relay, which was merely slow, publishes and forgets.
      const slow: Outbox = {
        remove: (pointers) => sessions.stores[1].outbox.remove(pointers),
        leftovers: async (...asked) => {
          const facts = await sessions.stores[1].outbox.leftovers(...asked);
          relay.handOver(sessions.facts.splice(0));
          await relay.drain();
          return facts;
        },
      };
      expect(await sweeper(1, slow).sweep(ALL_SHARDS)).toBe(2);
      expect(bus.map((fact) => `${fact.commandId} ${fact.version}`)).toEqual(
        [1, 2, 1, 2].map((version) => `${commandId} ${version}`),
      );
      await eventually(async () => expect(await sweeper(0).sweep(ALL_SHARDS)).toBe(0));
    });
  });
});
