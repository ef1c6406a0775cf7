import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import { makeCommandId, type CommandId, type CommandRequest } from '@downlink/command-domain';
import { aPolicy, aRequest } from '@downlink/command-domain/contracts';
import { createEngine, type Engine } from '@downlink/command-engine';
import { DeviceDirectory, nativeCodec, PacedTurns, UplinkIntake } from '@downlink/southbound-mqtt';
import { createPostgresStore, migrate, type PostgresStore } from '@downlink/store-postgres';
import { createTestDatabase, type TestDatabase } from '@downlink/testing';

const UNKNOWN_ID = makeCommandId(Date.now(), 1, 4_000);

describe('what devices say, over the whole intake', () => {
  let database: TestDatabase;
  let store: PostgresStore;
  let engine: Engine;
  let turns: PacedTurns;
  let intake: UplinkIntake;
  let lines: { level: string; message: string }[];

  beforeEach(async () => {
    database = await createTestDatabase({ template: migrate });
    store = createPostgresStore({ url: database.url, onConnectionError: (error) => process.emitWarning(error) });
    engine = createEngine(store.commandStore, { handOver: () => undefined });
    lines = [];
    const log = (level: string) => (_details: object, message: string) => void lines.push({ level, message });
    const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
    turns = new PacedTurns(engine, logger);
    const isKnown = async (ids: readonly string[]) => ids.map((id) => !id.startsWith('stranger'));
    const names = new DeviceDirectory(store.registry);
    intake = new UplinkIntake({
      reader: store.commandReader,
      turns,
      strays: store.strayAnswers,
      isKnown,
      names,
      logger,
    });
  });
  afterEach(async () => {
    await turns.stop();
    await store.close();
    await database.drop();
  });

  let made = 0;
  const submit = async (deviceId: string, over: Partial<CommandRequest> = {}): Promise<CommandId> => {
    made += 1;
    const commandId = makeCommandId(Date.now(), 2, made % 4096);
    await engine.handle([{ kind: 'submit', commandId, deviceId, request: aRequest({ deviceId, ...over }) }]);
    await store.attemptClaims.claim([{ commandId, attempt: 1 }]);
    return commandId;
  };
  const from = (topic: string, payload: string | Buffer, retained = false) => ({
    topic,
    payload: Buffer.from(payload),
    retained,
    receivedAt: performance.now(),
  });
  const answers = (deviceId: string, payload: object | string | Buffer) =>
    from(
      `downlink/v1/devices/${deviceId}/answers`,
      typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload),
    );
  const presence = (deviceId: string, body: object) =>
    from(nativeCodec.presenceTopic!({ deviceId, productKey: '', deviceKey: null }), JSON.stringify(body));
  const history = async (commandId: CommandId) =>
    (await store.commandReader.history(commandId)).map(({ event }) =>
      event.type === 'AnswerRejected' ? `AnswerRejected ${event.reason}` : event.type,
    );
  const strays = async (deviceId: string) =>
    (await store.strayAnswers.ofDevice(deviceId)).map(({ reason, reference }) => [reason, reference]);

  it('early: an answer before the broker’s word counts, and says that the broker took the attempt', async () => {
    const id = await submit('d');
    await intake.take([answers('d', { id, status: 'succeeded', result: { on: true } })]);
    await engine.handle([{ kind: 'broker-accepted', commandId: id, deviceId: 'd', attempt: 1 }]);
    expect(await history(id)).toEqual(['CommandAccepted', 'AttemptStarted', 'AttemptSent', 'CommandSucceeded']);
  });

  it('twice: the first one counts, also within one batch, and the second is recorded as late', async () => {
    const id = await submit('d');
    await intake.take([answers('d', { id, status: 'failed', code: '7' }), answers('d', { id, status: 'succeeded' })]);
    await intake.take([answers('d', { id, status: 'succeeded' })]);
    const events = await history(id);
    expect(events.slice(-3)).toEqual(['CommandFailed', 'LateAnswerRecorded', 'LateAnswerRecorded']);
    expect((await store.commandReader.head(id))!.state.status).toBe('failed');
  });

  it.each([
    ['record', 'timed-out', 'LateAnswerRecorded'],
    ['accept', 'succeeded', 'CommandSucceeded'],
  ] as const)('late, with the policy to %s: the command is %s then', async (lateAnswers, status, event) => {
    const id = await submit('d', {
      policy: aPolicy({ lateAnswers, maxRetransmit: 0, firstWaitMs: 1_000, waitJitter: 0 }),
    });
    await wait(1_100);
    await engine.handle([{ kind: 'time-due', commandId: id, deviceId: 'd' }]);
    expect((await history(id)).at(-1)).toBe('CommandTimedOut');
    await intake.take([answers('d', { id, status: 'succeeded' })]);
    expect((await history(id)).at(-1)).toBe(event);
    expect((await store.commandReader.head(id))!.state.status).toBe(status);
  });

  it('by another device: recorded at the command, which stays as it is', async () => {
    const id = await submit('d');
    await intake.take([answers('e', { id, status: 'succeeded' })]);
    expect((await history(id)).at(-1)).toBe('AnswerRejected wrong-device');
    expect((await store.commandReader.head(id))!.state.status).toBe('sending');
    expect(await strays('e')).toEqual([]);
  });

  it('for a command that never left: recorded at the command', async () => {
    await submit('d');
    const queued = await submit('d');
    await intake.take([answers('d', { id: queued, status: 'succeeded' })]);
    expect((await history(queued)).at(-1)).toBe('AnswerRejected never-sent');
  });

  it('unreadable, but about a command: recorded at the command', async () => {
    const id = await submit('d');
    await intake.take([answers('d', { id, status: 'perhaps' })]);
    expect((await history(id)).at(-1)).toBe('AnswerRejected unreadable');
    expect(await strays('d')).toEqual([]);
  });

  it('ten are recorded at a command, and a device that goes on adds nothing', async () => {
    const id = await submit('d');
    await intake.take([answers('d', { id, status: 'succeeded' })]);
    const report = await intake.take(Array.from({ length: 30 }, () => answers('d', { id, status: 'succeeded' })));
    expect((await history(id)).filter((type) => type === 'LateAnswerRecorded')).toHaveLength(10);
    expect(report.outcomes.filter(({ kind }) => kind === 'rejected')).toHaveLength(20);
    expect(await strays('d')).toEqual([]);
  });

  it('what belongs to no command is a stray answer of the device, and never stops the batch', async () => {
    const id = await submit('good');
    const huge = JSON.stringify({ id: UNKNOWN_ID, status: 'succeeded', result: 'x'.repeat(70_000) });
    const huawei = '/huawei/v1/devices/h/data/json';
    const report = await intake.take([
      answers('d', { id: UNKNOWN_ID, status: 'succeeded' }),
      answers('d', { id: 'no id at all', status: 'succeeded' }),
      answers('d', '{"id":'),
      answers('d', Buffer.from([0xff, 0xfe, 0x00])),
      answers('d', huge),
      from(`downlink/v1/devices/d/answers`, '{}', true),
      from(huawei, '{"msgType":"deviceRsp","mid":77,"errcode":0}'),
      answers('stranger', { id, status: 'succeeded' }),
      presence('stranger-2', { online: true }),
      answers('good', { id, status: 'succeeded' }),
    ]);
    expect((await history(id)).at(-1)).toBe('CommandSucceeded');
    expect(report).toMatchObject({ strays: 8, ignored: 2 });
    expect(await strays('d')).toEqual([
      ['retained', null],
      ['too-large', null],
      ['not-utf-8', null],
      ['not-json', null],
      ['member id', null],
      ['unknown-command', UNKNOWN_ID],
    ]);
    expect(await strays('h')).toEqual([['unknown-command', '77']]);
    expect(await strays('stranger')).toEqual([['unknown-device', id]]);
    expect(await strays('stranger-2')).toEqual([]);
    const [, cut] = await store.strayAnswers.ofDevice('d');
    expect([cut!.payload.length, cut!.payloadBytes]).toEqual([1_024, huge.length]);
    expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('a flood of strays costs a bounded number of rows', async () => {
    const flood = Array.from({ length: 900 }, (_, n) =>
      answers(`stranger-${String(n)}`, { id: UNKNOWN_ID, status: 'succeeded' }),
    );
    await intake.take([...flood, ...Array.from({ length: 300 }, () => answers('d', 'nonsense'))]);
    expect(await strays('d')).toHaveLength(100);
    expect(await strays('stranger-799')).toEqual([]);
    expect(await strays('stranger-800')).toHaveLength(1);
  });

  describe('presence with epochs', () => {
    const lane = async () => (await store.commandReader.lane('d'))!;

    it('a will of the old session that comes after the new birth does not make the device unreachable', async () => {
      await intake.take([presence('d', { online: true, epoch: 1 })]);
      await intake.take([presence('d', { online: true, epoch: 2 }), presence('d', { online: false, epoch: 1 })]);
      expect(await lane()).toMatchObject({ unreachableSince: null, presenceEpoch: 2 });
      const report = await intake.take([presence('d', { online: false, epoch: 1 })]);
      expect(report.outcomes).toMatchObject([{ kind: 'rejected', rejection: { code: 'old-session' } }]);
      expect((await lane()).unreachableSince).toBeNull();
    });

    it('the will of the current session does', async () => {
      await intake.take([presence('d', { online: true, epoch: 2 }), presence('d', { online: false, epoch: 2 })]);
      expect((await lane()).unreachableSince).not.toBeNull();
    });

    it('a birth of an old session, repeated by the broker, does not bring a device back', async () => {
      await intake.take([presence('d', { online: false, epoch: 3 }), presence('d', { online: true, epoch: 2 })]);
      expect((await lane()).unreachableSince).not.toBeNull();
      await intake.take([presence('d', { online: true, epoch: 4 })]);
      expect(await lane()).toMatchObject({ unreachableSince: null, presenceEpoch: 4 });
    });

    it('without an epoch the order of arrival counts', async () => {
      await intake.take([presence('d', { online: true, epoch: 5 }), presence('d', { online: false })]);
      expect((await lane()).unreachableSince).not.toBeNull();
      await intake.take([presence('d', { online: true })]);
      expect(await lane()).toMatchObject({ unreachableSince: null, presenceEpoch: 5 });
    });
  });
});
