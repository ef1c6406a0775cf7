import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { makeCommandId, type CommandId } from '@downlink/command-domain';
import { aRequest } from '@downlink/command-domain/contracts';
import { createEngine } from '@downlink/command-engine';
import { bucketOf, MqttPublisher, uplinkTopic } from '@downlink/southbound-mqtt';
import { createPostgresStore, migrate, type PostgresStore } from '@downlink/store-postgres';
import {
  createTestDatabase,
  describeWithServers,
  eventually,
  startMosquitto,
  startProcess,
  type TestDatabase,
  type TestMosquitto,
  type TestProcess,
} from '@downlink/testing';
import type { ReceivingProcessOptions } from './spec-support/receiving-process.js';

const TYPESCRIPT = new URL('../../../libs/testing/jest/typescript.mjs', import.meta.url);
const PROCESS = fileURLToPath(new URL('./spec-support/receiving-process.ts', import.meta.url));
const DEVICES = Array.from({ length: 80 }, (_, n) => `device-${String(n)}`);
/** A fifth of the real lease, so that the spec need not wait for that. */
const leaseTimes = { ttlMs: 3_000, everyMs: 1_000 };
/** From a kill to the last effect: the lease, the next look for free ones, and room for a busy machine. */
const withinMs = 30_000;
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

describeWithServers(['mosquitto'], 'two dispatchers that receive', () => {
  let database: TestDatabase;
  let store: PostgresStore;
  let broker: TestMosquitto;
  let publisher: MqttPublisher;
  let cleanups: (() => Promise<unknown>)[];

  beforeEach(async () => {
    cleanups = [];
    database = await createTestDatabase({ template: migrate });
    cleanups.push(() => database.drop());
    store = createPostgresStore({ url: database.url, onConnectionError: (error) => process.emitWarning(error) });
    cleanups.push(() => store.close());
    broker = await startMosquitto();
    cleanups.push(() => broker.stop());
    publisher = new MqttPublisher({ url: broker.url, clientId: 'devices', logger: silent });
    cleanups.push(() => publisher.stop());
    await publisher.start();
    await eventually(() => expect(publisher.connected).toBe(true));
  });
  afterEach(async () => {
    for (const cleanup of cleanups.toReversed()) await cleanup();
  });

  const start = async (options: Pick<ReceivingProcessOptions, 'owner' | 'direct' | 'stuck'>): Promise<TestProcess> => {
    const all = { ...options, databaseUrl: database.url, brokerUrl: broker.url, leaseTimes };
    const started = await startProcess({
      name: `receiving-${options.owner}`,
      script: PROCESS,
      args: [JSON.stringify(all)],
      env: { NODE_OPTIONS: `--import=${TYPESCRIPT.href}` },
      ready: /^ready$/,
    });
    cleanups.push(() => started.kill());
    return started;
  };
  const sessionsOf = (one: TestProcess) => Number(/.*sessions (\d+)/s.exec(one.log())?.[1] ?? 0);
  const untilSessions = (one: TestProcess, sessions: number) =>
    eventually(() => expect(sessionsOf(one)).toBe(sessions), { withinMs });
  const takenBy = (one: TestProcess) =>
    [...one.log().matchAll(/^took (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0);

  /** A command to each device that has gone out and waits for its answer. */
  const sendCommands = async (): Promise<Map<string, CommandId>> => {
    const engine = createEngine(store.commandStore, { handOver: () => undefined });
    const ids = new Map(DEVICES.map((deviceId, n) => [deviceId, makeCommandId(Date.now(), 2, n)]));
    await engine.handle(
      [...ids].map(([deviceId, commandId]) => ({
        kind: 'submit',
        commandId,
        deviceId,
        request: aRequest({ deviceId }),
      })),
    );
    await store.attemptClaims.claim([...ids.values()].map((commandId) => ({ commandId, attempt: 1 })));
    return ids;
  };
  const answer = (ids: Map<string, CommandId>, topicOf: (deviceId: string) => string) =>
    Promise.all(
      [...ids].map(async ([deviceId, id]) => {
        const payload = JSON.stringify({ id, status: 'succeeded' });
        expect(await publisher.publish({ topic: topicOf(deviceId), payload })).toEqual({ kind: 'accepted' });
      }),
    );
  const succeeded = async (ids: Map<string, CommandId>) => {
    const heads = await Promise.all([...ids.values()].map((id) => store.commandReader.head(id)));
    return heads.filter((head) => head!.state.status === 'succeeded').length;
  };
  const expectOnceEach = async (ids: Map<string, CommandId>) => {
    await eventually(async () => expect(await succeeded(ids)).toBe(DEVICES.length), { withinMs });
    for (const id of ids.values()) {
      const types = (await store.commandReader.history(id)).map(({ event }) => event.type);
      expect(types.filter((type) => type === 'CommandSucceeded')).toHaveLength(1);
    }
  };

  const own = (deviceId: string): string => `downlink/v1/devices/${deviceId}/answers`;
  const cases = [
    {
      name: 'on the topics of gateways',
      direct: { spread: 'plain', enos: false },
      topicOf: (deviceId: string) => uplinkTopic(deviceId, own(deviceId)),
    },
    { name: 'by shared subscriptions', direct: { spread: 'shared', enos: false }, topicOf: own },
  ] as const;

  it.each(cases)(
    '$name: one is killed while it holds answers; none is lost, each counts once, when its lease is over',
    async ({ direct, topicOf }) => {
      const stuck = await start({ owner: 'stuck', direct, stuck: true });
      await untilSessions(stuck, 8);
      const other = await start({ owner: 'other', direct, stuck: false });
      await Promise.all([untilSessions(stuck, 4), untilSessions(other, 4)]);
      const ids = await sendCommands();
      await answer(ids, topicOf);
      // A stuck one takes one batch, and the broker has given it more behind it.
      await eventually(() => expect(takenBy(stuck)).toBeGreaterThan(0));
      await eventually(async () => expect(await succeeded(ids)).toBeGreaterThan(0));
      const before = await succeeded(ids);
      expect(before).toBeLessThan(DEVICES.length);
      await stuck.kill('SIGKILL');
      const killed = performance.now();
      await expectOnceEach(ids);
      const tookMs = performance.now() - killed;
      expect(sessionsOf(other)).toBe(8);
      process.stdout.write(
        `receiving ${direct.spread}: ${String(DEVICES.length - before)} of ${String(DEVICES.length)} answers were with the one ` +
          `that was killed, all took effect ${tookMs.toFixed(0)} ms later (lease ${String(leaseTimes.ttlMs)} ms)\n`,
      );
    },
    120_000,
  );

  it('one is frozen while it holds answers: the other has its sessions, and a late awakening changes nothing', async () => {
    const { direct, topicOf } = cases[0];
    const frozen = await start({ owner: 'frozen', direct, stuck: false });
    await untilSessions(frozen, 8);
    process.kill(frozen.pid, 'SIGSTOP');
    const ids = await sendCommands();
    await answer(ids, topicOf);
    const other = await start({ owner: 'other', direct, stuck: false });
    await expectOnceEach(ids);
    process.kill(frozen.pid, 'SIGCONT');
    await Promise.all([untilSessions(frozen, 4), untilSessions(other, 4)]);
    const more = await sendCommands();
    await answer(more, topicOf);
    await expectOnceEach(more);
  }, 120_000);

  it('one is stopped in order: the other has its sessions at its next look, not when a lease is over', async () => {
    const { direct, topicOf } = cases[0];
    const leaving = await start({ owner: 'leaving', direct, stuck: false });
    await untilSessions(leaving, 8);
    const other = await start({ owner: 'other', direct, stuck: false });
    await Promise.all([untilSessions(leaving, 4), untilSessions(other, 4)]);
    expect(await leaving.stop()).toBe(0);
    const ids = await sendCommands();
    await answer(ids, topicOf);
    await expectOnceEach(ids);
    expect(new Set(DEVICES.map(bucketOf)).size).toBe(8);
    expect(sessionsOf(other)).toBe(8);
  }, 120_000);
});
