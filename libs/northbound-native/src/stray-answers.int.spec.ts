import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { FOREIGN_DEVICE, FOREIGN_KEY, NativeClient, OWN_DEVICE } from './spec-support/native-client.js';
import { startNative } from './spec-support/native-world.js';

describe('answers of devices', () => {
  let running: RunningNorthbound;
  let admin: NativeClient;
  let client: NativeClient;

  beforeAll(async () => {
    ({ running, admin, client } = await startNative());
  });
  afterAll(() => running.stop());

  const said = (text: string | Buffer, over: object = {}) => ({
    deviceId: OWN_DEVICE,
    registered: true,
    reason: 'unknown-command',
    reference: '1234567890123456789',
    topic: `downlink/v1/devices/${OWN_DEVICE}/answers`,
    payload: Buffer.from(text),
    ...over,
  });

  it('that belong to no command are listed, the newest first, as text or in base64', async () => {
    expect((await client.get(`/v1/devices/${OWN_DEVICE}/stray-answers`)).body).toEqual({ items: [], next: null });
    await running.store.strayAnswers.record([
      said('{"id":"1234567890123456789"}'),
      said(Buffer.from([0xff, 0x00]), { reason: 'not-utf-8', reference: null }),
    ]);
    const { status, body } = await client.get(`/v1/devices/${OWN_DEVICE}/stray-answers`);
    expect(status).toBe(200);
    const common = { at: expect.stringMatching(/^\d{4}-/), topic: `downlink/v1/devices/${OWN_DEVICE}/answers` };
    expect(body['items']).toEqual([
      { ...common, reason: 'not-utf-8', reference: null, payloadBase64: '/wA=', bytes: 2 },
      {
        ...common,
        reason: 'unknown-command',
        reference: '1234567890123456789',
        payload: '{"id":"1234567890123456789"}',
        bytes: 28,
      },
    ]);
  });

  it('are nobody else’s to read', async () => {
    await running.store.strayAnswers.record([said('x', { deviceId: 'nobody', registered: false })]);
    const foreign = new NativeClient(running, FOREIGN_KEY);
    for (const [caller, id] of [
      [foreign, OWN_DEVICE],
      [client, FOREIGN_DEVICE],
      [client, 'nobody'],
      [admin, 'nobody'],
    ] as const) {
      expect(await caller.get(`/v1/devices/${id}/stray-answers`)).toMatchObject({
        status: 404,
        body: { code: 'unknown-device' },
      });
    }
    expect((await admin.get(`/v1/devices/${OWN_DEVICE}/stray-answers`)).status).toBe(200);
  });

  it('that come too late do what the product says, for commands submitted from then on', async () => {
    const policyOf = async () => {
      await client.submit({ deviceId: 'late-1' });
      return running.facts.at(-1)?.request.policy.lateAnswers;
    };
    const product = { application: 'app-1', wireFormat: 'native' };
    expect((await admin.put('/v1/products/late', product)).body).toMatchObject({ lateAnswers: 'record' });
    await admin.put('/v1/devices/late-1', { application: 'app-1', product: 'late' });
    expect(await policyOf()).toBe('record');
    const changed = await admin.put('/v1/products/late', { ...product, lateAnswers: 'accept' });
    expect(changed.body).toMatchObject({ lateAnswers: 'accept' });
    expect(await policyOf()).toBe('accept');
    expect((await client.get('/v1/products/late')).body).toMatchObject({ lateAnswers: 'accept' });
    expect((await admin.put('/v1/products/late', { ...product, lateAnswers: 'maybe' })).status).toBe(400);
    await admin.post('/v1/provision', { products: [{ key: 'late', ...product, lateAnswers: 'record' }] });
    expect(await policyOf()).toBe('record');
  });
});
