import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Fault, type ShardLeases } from '@downlink/command-engine';
import { MqttReceiver, receiverClientId, type BatchHandler } from '@downlink/southbound-mqtt';
import { eventually, startAedes, type TestAedes } from '@downlink/testing';
import { ReceiverSessions } from './receiver-sessions.js';

const ALL = [0, 1, 2, 3, 4, 5, 6, 7];
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Gives out what it is told to, or is away as a store can be. */
class ToldLeases implements ShardLeases {
  gives: readonly number[] = ALL;
  away = false;
  heartbeats = 0;
  released = 0;

  async heartbeat(): Promise<number[]> {
    this.heartbeats += 1;
    if (this.away) throw new Fault('store-unavailable', 'away', { retryable: true });
    return [...this.gives];
  }

  async release(): Promise<void> {
    this.released += 1;
  }
}

describe('the receiving sessions of a replica', () => {
  let broker: TestAedes;
  let leases: ToldLeases;
  let sessions: ReceiverSessions;

  beforeEach(async () => {
    broker = await startAedes();
    leases = new ToldLeases();
  });
  afterEach(async () => {
    await sessions.stop();
    await broker.stop();
  });

  const start = async (take: BatchHandler = async () => undefined): Promise<void> => {
    sessions = new ReceiverSessions({
      leases,
      owner: 'one',
      take,
      leaseTimes: { ttlMs: 500, everyMs: 50 },
      createReceiver: (session) =>
        new MqttReceiver({
          url: broker.url,
          clientId: receiverClientId(session),
          filters: [`up/${String(session)}`],
          logger: silent,
        }),
      observer: { failed: () => undefined, succeeded: () => undefined },
    });
    sessions.start();
    await eventually(() => expect(sessions.receiving).toBe(8));
  };
  const say = (session: number) =>
    new Promise<void>((resolve, reject) => {
      const packet = {
        cmd: 'publish',
        topic: `up/${String(session)}`,
        payload: 'x',
        qos: 1,
        dup: false,
        retain: false,
      } as const;
      broker.broker.publish(packet, (error) => (error ? reject(error) : resolve()));
    });

  it('are left when the leases have lapsed, as the store is away: somebody else may have them', async () => {
    await start();
    leases.away = true;
    await eventually(() => expect([sessions.receiving, broker.broker.connectedClients]).toEqual([0, 0]));
    leases.away = false;
    await eventually(() => expect(sessions.receiving).toBe(8));
  });

  it('outlast a store that is away for less than the lease', async () => {
    await start();
    leases.away = true;
    const asked = leases.heartbeats;
    await eventually(() => expect(leases.heartbeats).toBeGreaterThan(asked));
    leases.away = false;
    expect(sessions.receiving).toBe(8);
  });

  it('that go to another replica finish their batch, and the heartbeats of the others do not wait for it', async () => {
    let finish = (): void => undefined;
    const stuck = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let taken = 0;
    await start(async (batch) => {
      taken += batch.length;
      await stuck;
    });
    await say(7);
    await eventually(() => expect(taken).toBe(1));
    leases.gives = ALL.slice(0, 4);
    await eventually(() => expect(sessions.receiving).toBe(4));
    const asked = leases.heartbeats;
    await eventually(() => expect(leases.heartbeats).toBeGreaterThan(asked));
    const stopped = sessions.stop();
    expect(leases.released).toBe(0);
    finish();
    await stopped;
    expect(leases.released).toBe(1);
  });
});
