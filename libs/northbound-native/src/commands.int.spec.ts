import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CommandId } from '@downlink/command-domain';
import type { RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { FOREIGN_DEVICE, MODELLED_DEVICE, NativeClient } from './spec-support/native-client.js';
import { expectProblem, idOf, INSTANT, startNative } from './spec-support/native-world.js';

/** A command whose parameters are in the model. */
const dimmed = (parameters: object | undefined) => ({
  deviceId: MODELLED_DEVICE,
  service: 'dimmer',
  method: 'set',
  parameters,
});

describe('commands', () => {
  let running: RunningNorthbound;
  let client: NativeClient;
  let foreigner: NativeClient;
  let admin: NativeClient;
  let made = 0;
  let deviceId: string;

  beforeAll(async () => {
    ({ running, admin, client, foreigner } = await startNative({ delivery: { laneCap: 3 } }));
  });
  afterAll(() => running.stop());

  beforeEach(async () => {
    deviceId = `fresh-${String(made++)}`;
    expect((await admin.put(`/v1/devices/${deviceId}`, { application: 'app-1', product: 'lamp' })).status).toBe(200);
  });

  const submit = (over: object = {}) => client.submit({ deviceId, ...over });
  const answered = (commandId: CommandId) =>
    running.handle({
      kind: 'device-answered',
      commandId,
      deviceId,
      answer: { outcome: 'succeeded', result: { on: true } },
    });

  it('are sent at once to an idle device', async () => {
    const { status, body } = await submit({ callbackUrl: 'https://example.org/hook' });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      id: expect.stringMatching(/^\d{19}$/),
      status: 'sending',
      attempts: 1,
      applicationId: 'app-1',
      dialect: 'native',
      mode: 'cached',
      lifetimeSeconds: 172_800,
      maxRetransmit: 3,
      callbackUrl: 'https://example.org/hook',
      acceptedAt: expect.stringMatching(INSTANT),
      expiresAt: expect.stringMatching(INSTANT),
      waitUntil: expect.stringMatching(INSTANT),
    });
  });

  it('queue behind one that is under way, up to the cap, and go past the queue when immediate', async () => {
    await submit();
    for (let queued = 0; queued < 3; queued++) expect((await submit()).body).toMatchObject({ status: 'queued' });
    expectProblem(await submit(), 409, 'lane-full');
    expect((await submit({ mode: 'immediate' })).body).toMatchObject({ status: 'sending', expiresAt: null });
  });

  it.each<[string, object, string]>([
    ['an unknown member', { deviceid: 'x' }, 'deviceid'],
    ['a missing service', { service: undefined }, 'service'],
    ['a service of 129 characters', { service: 'x'.repeat(129) }, 'service'],
    ['parameters that are no object', { parameters: [] }, 'parameters'],
    ['an unknown mode', { mode: 'soon' }, 'mode'],
    ['a lifetime of 0', { lifetimeSeconds: 0 }, 'lifetimeSeconds'],
    ['a lifetime for an immediate command', { mode: 'immediate', lifetimeSeconds: 1 }, 'lifetimeSeconds'],
    ['maxRetransmit 11', { maxRetransmit: 11 }, 'maxRetransmit'],
    ['a callback that is no URL', { callbackUrl: 'x' }, 'callbackUrl'],
    ['a device id with a slash', { deviceId: 'a/b' }, 'deviceId'],
    ['a service that the model lacks', { deviceId: MODELLED_DEVICE, service: 'x' }, 'service'],
    ['a method that the model lacks', { deviceId: MODELLED_DEVICE, method: 'x' }, 'method'],
    ['a parameter out of its range', dimmed({ level: 101 }), 'parameters.level'],
    ['a parameter that is missing', dimmed(undefined), 'parameters.level'],
    ['a parameter that the model lacks', dimmed({ level: 1, x: 1 }), 'parameters.x'],
    [
      'a parameter of another type, deep down',
      dimmed({ level: 1, steps: [{}, { ms: '5' }] }),
      'parameters.steps[1].ms',
    ],
  ])('are refused with the path of the member for %s', async (_, over, path) => {
    const before = running.facts.length;
    const answer = await submit(over);
    expectProblem(answer, 400, 'validation-failed');
    expect(answer.body['errors']).toMatchObject([{ path, message: expect.any(String) }]);
    expect(running.facts).toHaveLength(before);
  });

  it('are taken with parameters that fit the model, and told of every one that does not', async () => {
    expect((await submit(dimmed({ level: 100, steps: [{ ms: 5 }, {}] }))).status).toBe(201);
    const { body } = await submit(dimmed({ level: 1.5, steps: {}, x: null, y: 'my-secret' }));
    const paths = (body['errors'] as { path: string }[]).map(({ path }) => path);
    expect(paths).toEqual(['parameters.level', 'parameters.steps', 'parameters.x', 'parameters.y']);
    expect(JSON.stringify(body)).not.toContain('my-secret');
  });

  it('take nulls for what may be left out', async () => {
    const nothing = { parameters: null, mode: null, lifetimeSeconds: null, maxRetransmit: null, callbackUrl: null };
    expect((await submit(nothing)).status).toBe(201);
  });

  it('are not sent with the admin key', async () => expectProblem(await admin.submit(), 403, 'forbidden'));

  it('have a history of every event and every attempt, with times', async () => {
    const id = idOf(await submit());
    await running.handle({
      kind: 'broker-refused',
      commandId: id,
      deviceId,
      attempt: 1,
      reason: 'no-subscriber',
      detail: null,
    });
    await running.handle({ kind: 'device-reachable', deviceId });
    await running.handle({ kind: 'broker-accepted', commandId: id, deviceId, attempt: 2 });
    await running.handle({ kind: 'device-acknowledged', commandId: id, deviceId });
    await answered(id);
    const { status, body } = await client.get(`/v1/commands/${id}/history`);
    expect(status).toBe(200);
    const events = body['events'] as Record<string, unknown>[];
    expect(events.map(({ type }) => type)).toEqual([
      'CommandAccepted',
      'AttemptStarted',
      'AttemptNotSent',
      'AttemptStarted',
      'AttemptSent',
      'CommandDelivered',
      'CommandSucceeded',
    ]);
    expect(events.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    for (const event of events) {
      expect(event['at']).toMatch(INSTANT);
      expect(event).not.toHaveProperty('request');
    }
    const time = expect.stringMatching(INSTANT);
    expect(body['attempts']).toEqual([
      {
        attempt: 1,
        startedAt: time,
        waitUntil: time,
        sentAt: null,
        notSent: { at: time, reason: 'no-subscriber', detail: null, retryAt: time },
      },
      { attempt: 2, startedAt: time, waitUntil: time, sentAt: time, notSent: null },
    ]);
    expect(body).toMatchObject({ command: { status: 'succeeded', result: { on: true } }, webhooks: [] });
  });

  it('show in their history what receivers were told, and how often it was tried', async () => {
    const url = 'https://example.org/hook';
    const id = idOf(await submit({ callbackUrl: url }));
    const delivery = { webhookId: `${id}-2`, commandId: id, version: 2, deviceId, applicationId: 'app-1', url };
    const { webhookDeliveries } = running.store;
    await webhookDeliveries.enqueue(
      [{ ...delivery, contentType: 'application/json', body: '{"status":"sent"}' }],
      60_000,
    );
    const tried = { webhookId: `${id}-2`, commandId: id, version: 2, startedAt: Date.now(), durationMs: 12 };
    await webhookDeliveries.record(
      [{ ...tried, outcome: 'failed', status: 500, response: 'oops', error: 'status-500', retryInMs: 5_000 }],
      60_000,
    );
    const { body } = await client.get(`/v1/commands/${id}/history`);
    expect(body['webhooks']).toMatchObject([
      {
        id: `${id}-2`,
        url,
        body: '{"status":"sent"}',
        status: 'pending',
        attempts: [{ attempt: 1, outcome: 'failed', httpStatus: 500, error: 'status-500', retryInMs: 5_000 }],
      },
    ]);
  });

  it('are canceled while queued, and not when an attempt is out', async () => {
    const first = idOf(await submit());
    const second = idOf(await submit());
    expect((await client.post(`/v1/commands/${second}/cancel`, {})).body).toMatchObject({
      id: second,
      status: 'canceled',
    });
    expectProblem(await client.post(`/v1/commands/${first}/cancel`, {}), 409, 'not-cancelable');
    expectProblem(await client.post(`/v1/commands/${second}/cancel`, {}), 409, 'not-cancelable');
  });

  it('are found by nobody but their application and the administrator', async () => {
    const id = idOf(await submit());
    for (const path of [
      `/v1/commands/${id}`,
      `/v1/commands/${id}/history`,
      `/v1/devices/${deviceId}`,
      `/v1/devices/${deviceId}/lane`,
    ]) {
      expect((await client.get(path)).status).toBe(200);
      expect((await admin.get(path)).status).toBe(200);
      expect((await foreigner.get(path)).status).toBe(404);
    }
    expectProblem(await foreigner.post(`/v1/commands/${id}/cancel`, {}), 404, 'unknown-command');
    expect((await foreigner.get('/v1/commands')).body).toMatchObject({ items: [], total: 0 });
    expectProblem(await client.submit({ deviceId: FOREIGN_DEVICE }), 404, 'unknown-device');
  });

  it('are listed newest first, by device, status and time, in pages', async () => {
    const first = idOf(await submit());
    const second = idOf(await submit());
    await answered(first);
    const ids = async (query: string) => {
      const { body } = await client.get(`/v1/commands?deviceId=${deviceId}${query}`);
      return (body['items'] as { id: string }[]).map(({ id }) => id);
    };
    expect(await ids('')).toEqual([second, first]);
    expect(await ids('&limit=1')).toEqual([second]);
    expect(await ids('&limit=1&offset=1')).toEqual([first]);
    expect(await ids('&status=succeeded')).toEqual([first]);
    expect(await ids('&status=succeeded,sending')).toEqual([second, first]);
    expect(await ids('&status=succeeded&status=sending')).toEqual([second, first]);
    expect(await ids('&until=2020-01-01T00:00:00Z')).toEqual([]);
    expect(await ids('&from=2020-01-01T00:00:00.000%2B02:00')).toEqual([second, first]);
  });

  it.each([
    'limit=0',
    'limit=1001',
    'limit=x',
    'offset=-1',
    'status=unknown',
    'from=yesterday',
    'other=1',
    'deviceId=a&deviceId=b',
  ])('are not listed by %s', async (query) =>
    expectProblem(await client.get(`/v1/commands?${query}`), 400, 'validation-failed'),
  );

  it.each(['1', 'x', '9999999999999999999', '0000000000000000001'])('with the id %s are unknown', async (id) => {
    expectProblem(await client.get(`/v1/commands/${id}`), 404, 'unknown-command');
  });

  it('tell through their lane why they wait', async () => {
    const situation = async () => (await client.get(`/v1/devices/${deviceId}/lane`)).body;
    expect(await situation()).toMatchObject({ situation: 'idle', queued: 0, inFlight: null });
    const first = idOf(await submit());
    await submit();
    expect(await situation()).toMatchObject({ situation: 'in-flight', queued: 1, inFlight: { commandId: first } });
    await running.handle({
      kind: 'broker-refused',
      commandId: first,
      deviceId,
      attempt: 1,
      reason: 'no-subscriber',
      detail: null,
    });
    expect(await situation()).toMatchObject({
      situation: 'device-away',
      queued: 2,
      retryAt: expect.stringMatching(INSTANT),
    });
  });
});
