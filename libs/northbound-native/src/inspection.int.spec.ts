import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CommandId } from '@downlink/command-domain';
import type { RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { NativeClient } from './spec-support/native-client.js';
import { idOf, INSTANT as INSTANT_PATTERN, startNative } from './spec-support/native-world.js';

const INSTANT = expect.stringMatching(INSTANT_PATTERN);

describe('looking at a command', () => {
  let running: RunningNorthbound;
  let client: NativeClient;
  let admin: NativeClient;
  let foreigner: NativeClient;
  let deviceId: string;
  let made = 0;

  beforeAll(async () => {
    ({ running, admin, client, foreigner } = await startNative());
  });
  afterAll(() => running.stop());
  beforeEach(async () => {
    deviceId = `seen-${String(made++)}`;
    await admin.put(`/v1/devices/${deviceId}`, { application: 'app-1', product: 'lamp' });
  });

  const submit = async (over: object = {}): Promise<CommandId> => idOf(await client.submit({ deviceId, ...over }));
  const waiting = async (id: CommandId) => (await client.get(`/v1/commands/${id}/waiting`)).body;
  const sent = (commandId: CommandId, attempt = 1) =>
    running.handle({ kind: 'broker-accepted', commandId, deviceId, attempt });
  const acknowledged = (commandId: CommandId) => running.handle({ kind: 'device-acknowledged', commandId, deviceId });
  const answered = (commandId: CommandId) =>
    running.handle({
      kind: 'device-answered',
      commandId,
      deviceId,
      answer: { outcome: 'succeeded', result: { on: true } },
    });
  const nobodyListens = (commandId: CommandId) =>
    running.handle({
      kind: 'broker-refused',
      commandId,
      deviceId,
      attempt: 1,
      reason: 'no-subscriber',
      detail: null,
    });

  describe('again', () => {
    it('costs nothing but a head for who holds it, until it changes', async () => {
      const id = await submit();
      for (const path of [`/v1/commands/${id}`, `/v1/commands?deviceId=${deviceId}`, `/v1/commands/${id}/history`]) {
        const first = await client.get(path);
        const etag = first.headers.etag!;
        expect(etag).toMatch(/^"[\w-]+"$/);
        const again = await client.get(path, { 'if-none-match': `"other", W/${etag}` });
        expect([again.status, again.text, again.headers.etag]).toEqual([304, '', etag]);
        expect(await client.get(path, { 'if-none-match': '"other"' })).toMatchObject({ status: 200, text: first.text });
      }
      const { etag } = (await client.get(`/v1/commands/${id}`)).headers;
      await sent(id);
      const changed = await client.get(`/v1/commands/${id}`, { 'if-none-match': etag });
      expect(changed).toMatchObject({ status: 200, body: { status: 'sent' } });
      expect(changed.headers.etag).not.toBe(etag);
    });

    it('says nothing of what the caller may not see, whatever it claims to hold', async () => {
      const path = `/v1/commands/${await submit()}`;
      expect((await foreigner.get(path, { 'if-none-match': '*' })).status).toBe(404);
      expect((await client.submit({ deviceId }, { 'if-none-match': '*' })).status).toBe(201);
    });
  });

  describe('why it waits', () => {
    it('is told from the broker’s confirmation to the final state', async () => {
      const id = await submit();
      expect(await waiting(id)).toMatchObject({
        waiting: true,
        reason: 'broker-confirmation',
        attempt: 1,
        until: INSTANT,
        nextAttemptAt: INSTANT,
        asOf: INSTANT,
        sentence: expect.stringMatching(/^Attempt 1 awaits the broker's confirmation until /),
      });
      await sent(id);
      expect(await waiting(id)).toMatchObject({ reason: 'acknowledgement', status: 'sent' });
      await acknowledged(id);
      expect(await waiting(id)).toMatchObject({
        reason: 'answer',
        nextAttemptAt: null,
        device: { presence: 'reachable' },
      });
      await answered(id);
      expect(await waiting(id)).toMatchObject({
        waiting: false,
        reason: 'finished',
        since: INSTANT,
        sentence: expect.stringMatching(/^It waits for nothing: it succeeded at /),
      });
    });

    it('names the command in front', async () => {
      const [first, , third] = [await submit(), await submit(), await submit()];
      expect(await waiting(third!)).toMatchObject({
        reason: 'behind-command',
        ahead: 1,
        behind: { commandId: first, status: 'sending', reason: 'broker-confirmation' },
        expiresAt: INSTANT,
        sentence: expect.stringContaining(`behind command ${first!}`),
      });
    });

    it('says since when the device is away, and who is before it then', async () => {
      const [first, second] = [await submit(), await submit()];
      await nobodyListens(first!);
      expect(await waiting(first!)).toMatchObject({
        reason: 'device-away',
        since: INSTANT,
        nextAttemptAt: INSTANT,
        device: { presence: 'unreachable', unreachableSince: INSTANT },
      });
      expect(await waiting(second!)).toMatchObject({
        reason: 'behind-command',
        behind: { commandId: first, status: 'queued', reason: 'device-away' },
      });
    });

    it('names the dead letter that blocks the lane', async () => {
      await submit();
      const second = await submit();
      await running.handle({ kind: 'lane-blocked', deviceId, deadLetter: 'letter-1' });
      expect(await waiting(second)).toMatchObject({
        reason: 'lane-blocked',
        blockedBy: 'letter-1',
        sentence: expect.stringContaining('letter-1'),
      });
    });
  });

  describe('at a past instant', () => {
    const at = (id: CommandId, instant: string | number) =>
      client.get(`/v1/commands/${id}?at=${encodeURIComponent(instant)}`);

    it('shows the state of each event’s instant, and nothing of what came later', async () => {
      const id = await submit();
      await sent(id);
      await acknowledged(id);
      await answered(id);
      const events = (await client.get(`/v1/commands/${id}/history`)).body['events'] as {
        version: number;
        type: string;
        at: string;
      }[];
      expect(events.map(({ type }) => type)).toEqual([
        'CommandAccepted',
        'AttemptStarted',
        'AttemptSent',
        'CommandDelivered',
        'CommandSucceeded',
      ]);
      for (const { at: instant } of events) {
        const last = events.filter((event) => event.at <= instant).at(-1)!;
        const { status, body } = await at(id, instant);
        expect(status).toBe(200);
        expect(body).toMatchObject({ id, version: last.version, asOf: instant });
        expect((await at(id, Date.parse(instant))).body).toEqual(body);
      }
      expect((await at(id, events.at(-1)!.at)).body).toMatchObject({ status: 'succeeded', result: { on: true } });
      const before = Date.parse(events[0]!.at) - 1;
      expect(await at(id, before)).toMatchObject({ status: 404, body: { code: 'unknown-command' } });
    });

    it.each(['yesterday', '2026-11-21', '2026-11-21T10:00:00', '-1', '1e3', '9007199254740993', ''])(
      'is refused for %p',
      async (instant) => {
        expect(await at(await submit(), instant)).toMatchObject({ status: 400, body: { errors: [{ path: 'at' }] } });
      },
    );

    it.each(['wait=0', 'wait=61', 'wait=x', 'wait=1&at=5', 'when=5', 'at=5&at=6'])(
      'is refused for ?%s',
      async (query) => {
        expect(await client.get(`/v1/commands/${await submit()}?${query}`)).toMatchObject({
          status: 400,
          body: { code: 'validation-failed' },
        });
      },
    );
  });

  it('keeps every event and every attempt in the history, each with its times', async () => {
    const id = await submit();
    await nobodyListens(id);
    await running.handle({ kind: 'device-reachable', deviceId });
    await sent(id, 2);
    await answered(id);
    const { body } = await client.get(`/v1/commands/${id}/history`);
    expect(body['events']).toHaveLength(6);
    for (const event of body['events'] as object[])
      expect(event).toMatchObject({ at: INSTANT, version: expect.any(Number) });
    expect(body['attempts']).toEqual([
      {
        attempt: 1,
        startedAt: INSTANT,
        waitUntil: INSTANT,
        sentAt: null,
        notSent: { at: INSTANT, reason: 'no-subscriber', detail: null, retryAt: INSTANT },
      },
      { attempt: 2, startedAt: INSTANT, waitUntil: INSTANT, sentAt: INSTANT, notSent: null },
    ]);
  });

  it.each(['', '/waiting', '?at=1', '?wait=1'])(
    'is for its application and the administrator only (%s)',
    async (rest) => {
      const id = await submit();
      await answered(id);
      const path = `/v1/commands/${id}${rest}`;
      expect((await foreigner.get(path)).body).toMatchObject({ status: 404, code: 'unknown-command' });
      expect((await new NativeClient(running, 'no-such-key').get(path)).status).toBe(401);
      expect((await admin.get(path)).status).toBe(rest === '?at=1' ? 404 : 200);
      for (const unknown of ['1', 'x', '9'.repeat(19), '0000000000000000001']) {
        const nothing = await client.get(`/v1/commands/${unknown}${rest}`);
        expect(nothing).toMatchObject({ status: 404, body: { code: 'unknown-command' } });
      }
    },
  );
});
