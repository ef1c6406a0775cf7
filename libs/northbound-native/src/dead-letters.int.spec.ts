import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DeadLetterIntake } from '@downlink/command-engine';
import { aDeadLetter } from '@downlink/command-engine/contracts';
import type { RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { NativeClient, type JsonAnswer } from './spec-support/native-client.js';
import { expectProblem, INSTANT as INSTANT_PATTERN, startNative } from './spec-support/native-world.js';

const INSTANT = expect.stringMatching(INSTANT_PATTERN);

describe('dead letters', () => {
  let running: RunningNorthbound;
  let intake: DeadLetterIntake;
  let admin: NativeClient;
  let client: NativeClient;
  let foreigner: NativeClient;
  let made = 0;
  let deviceId: string;

  beforeAll(async () => {
    ({ running, admin, client, foreigner } = await startNative());
    intake = new DeadLetterIntake(running.store.deadLetters, {
      handle: async (signals) => [await running.handle(signals[0]!)],
    });
  });
  afterAll(() => running.stop());

  beforeEach(async () => {
    deviceId = `poisoned-${String(made++)}`;
    expect((await admin.put(`/v1/devices/${deviceId}`, { application: 'app-1', product: 'lamp' })).status).toBe(200);
  });

  const receive = async (over: Parameters<typeof aDeadLetter>[0] = {}) =>
    (await intake.receive(aDeadLetter({ deviceId, ...over }))).id;
  const submit = async () => (await client.submit({ deviceId })).body;
  const lane = async () => (await client.get(`/v1/devices/${deviceId}/lane`)).body;
  const idsOf = ({ body }: JsonAnswer) => (body['items'] as { id: string }[]).map(({ id }) => id);

  it('are shown with where they come from and why, and without their record', async () => {
    const letter = aDeadLetter({ deviceId });
    const { id } = await intake.receive(letter);
    const { status, body } = await client.get(`/v1/dead-letters/${id}`);
    expect(status).toBe(200);
    expect(body).toEqual({
      id,
      state: 'open',
      deviceId,
      commandId: letter.commandId,
      error: letter.error,
      attempts: 5,
      groups: ['dispatcher'],
      origin: { topic: 'facts', partition: 3, offset: letter.origin.offset, recordedAt: INSTANT },
      bytes: 28,
      replayable: true,
      reason: null,
      createdAt: INSTANT,
      settledAt: null,
    });
  });

  it('block the lane visibly until they are discarded', async () => {
    const first = await submit();
    const second = await submit();
    const id = await receive();
    expect(await lane()).toMatchObject({ situation: 'blocked', blockedBy: id, queued: 1 });
    const settled = { deviceId, commandId: first['id'] as never };
    await running.handle({ kind: 'device-answered', ...settled, answer: { outcome: 'succeeded', result: null } });
    expect((await client.get(`/v1/commands/${String(second['id'])}`)).body).toMatchObject({ status: 'queued' });
    const discarded = await client.post(`/v1/dead-letters/${id}/discard`, { reason: 'of no use' });
    expect(discarded.status).toBe(200);
    expect(discarded.body).toMatchObject({ id, state: 'discarded', reason: 'of no use', settledAt: INSTANT });
    expect(await lane()).toMatchObject({ situation: 'in-flight', blockedBy: null });
    expect((await client.get(`/v1/commands/${String(second['id'])}`)).body).toMatchObject({ status: 'sending' });
  });

  it('go back to the bus once, however often their replay is asked for', async () => {
    const letter = aDeadLetter({ deviceId });
    const { id } = await intake.receive(letter);
    const before = running.replayed.length;
    for (const body of [{}, {}]) {
      const { status, body: view } = await client.post(`/v1/dead-letters/${id}/replay`, body);
      expect([status, view['state'], view['reason']]).toEqual([200, 'replayed', null]);
    }
    expect(running.replayed.slice(before).map(({ value }) => [...value!])).toEqual([[...letter.record.value!]]);
    expect(await lane()).toMatchObject({ blockedBy: null });
  });

  it('are dealt with in one way only', async () => {
    const [replayed, discarded] = [await receive(), await receive()];
    await client.post(`/v1/dead-letters/${replayed}/replay`, {});
    await client.post(`/v1/dead-letters/${discarded}/discard`, {});
    const before = running.replayed.length;
    expectProblem(await client.post(`/v1/dead-letters/${replayed}/discard`, {}), 409, 'already-settled');
    expectProblem(await client.post(`/v1/dead-letters/${discarded}/replay`, {}), 409, 'already-settled');
    expect(running.replayed).toHaveLength(before);
  });

  it('that are too large to be kept can only be discarded', async () => {
    const id = await receive({ record: { key: null, value: new Uint8Array(1_048_577), headers: [] } });
    expectProblem(await client.post(`/v1/dead-letters/${id}/replay`, {}), 409, 'not-replayable');
    expect(await lane()).toMatchObject({ blockedBy: id });
    expect((await client.post(`/v1/dead-letters/${id}/discard`, {})).status).toBe(200);
  });

  it('are listed the newest first, page by page, by device and by state', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.unshift(await receive());
    await client.post(`/v1/dead-letters/${ids[2]!}/discard`, {});
    const list = (query: string) => client.get(`/v1/dead-letters?deviceId=${deviceId}${query}`);
    expect(idsOf(await list(''))).toEqual(ids);
    expect(idsOf(await list('&state=discarded'))).toEqual([ids[2]]);
    const first = await list('&limit=3');
    expect([idsOf(first), first.body['next']]).toEqual([ids.slice(0, 3), ids[2]]);
    const rest = await list(`&limit=3&after=${String(first.body['next'])}`);
    expect([idsOf(rest), rest.body['next']]).toEqual([ids.slice(3), null]);
  });

  it('are found by nobody but the application of their device and the administrator', async () => {
    const id = await receive();
    const nobodys = await receive({ deviceId: null });
    for (const key of [client, admin]) expect((await key.get(`/v1/dead-letters/${id}`)).status).toBe(200);
    expectProblem(await foreigner.get(`/v1/dead-letters/${id}`), 404, 'unknown-dead-letter');
    expectProblem(await foreigner.post(`/v1/dead-letters/${id}/replay`, {}), 404, 'unknown-dead-letter');
    expectProblem(await foreigner.post(`/v1/dead-letters/${id}/discard`, {}), 404, 'unknown-dead-letter');
    expectProblem(await client.get(`/v1/dead-letters/${nobodys}`), 404, 'unknown-dead-letter');
    expect(idsOf(await foreigner.get('/v1/dead-letters'))).toEqual([]);
    expect(idsOf(await client.get('/v1/dead-letters'))).not.toContain(nobodys);
    expect(idsOf(await admin.get('/v1/dead-letters?limit=2'))).toEqual([nobodys, id]);
    expect((await admin.post(`/v1/dead-letters/${nobodys}/discard`, {})).status).toBe(200);
  });

  it.each([
    ['GET', 'x'],
    ['GET', '0'],
    ['GET', '99999999999999999999'],
    ['POST', '999999999999999999/replay'],
    ['POST', '-1/discard'],
  ])('answer %s of the id in %s with 404', async (method, path) => {
    expectProblem(
      await client.call(method, `/v1/dead-letters/${path}`, method === 'GET' ? undefined : {}),
      404,
      'unknown-dead-letter',
    );
  });

  it.each([
    ['deviceId=a/b', 'deviceId'],
    ['state=lost', 'state'],
    ['after=x', 'after'],
    ['limit=0', 'limit'],
    ['offset=1', 'offset'],
  ])('refuse the query %s', async (query, path) => {
    const answer = await client.get(`/v1/dead-letters?${query}`);
    expectProblem(answer, 400, 'validation-failed');
    expect(answer.body['errors']).toMatchObject([{ path }]);
  });

  it('refuse a reason that is too long, and unknown members, and stay open', async () => {
    const id = await receive();
    for (const [call, body] of [
      ['discard', { reason: 'x'.repeat(501) }],
      ['discard', { why: 'x' }],
      ['replay', { reason: 'x' }],
    ] as const)
      expectProblem(await client.post(`/v1/dead-letters/${id}/${call}`, body), 400, 'validation-failed');
    expect((await client.get(`/v1/dead-letters/${id}`)).body).toMatchObject({ state: 'open' });
  });

  it('take a key', async () => {
    expectProblem(await new NativeClient(running, 'wrong').get('/v1/dead-letters'), 401, 'unauthenticated');
  });
});
