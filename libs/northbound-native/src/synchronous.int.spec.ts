import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CommandId } from '@downlink/command-domain';
import { startNorthbound, type RunningNorthbound } from '@downlink/northbound-kit/contracts';
import { eventually } from '@downlink/testing';
import { nativeFace } from './face.js';
import { NativeModule } from './native.module.js';
import { ADMIN_KEY, APPLICATION_KEY, NativeClient, PROVISION } from './spec-support/native-client.js';
import { idOf, startNative } from './spec-support/native-world.js';

describe('a call that waits', () => {
  let running: RunningNorthbound;
  let admin: NativeClient;
  let client: NativeClient;
  let deviceId: string;
  let made = 0;

  beforeAll(async () => {
    ({ running, admin, client } = await startNative({}, { capacity: 3 }));
  });
  afterAll(() => running.stop());
  beforeEach(async () => {
    deviceId = `waiting-${String(made++)}`;
    await admin.put(`/v1/devices/${deviceId}`, { application: 'app-1', product: 'lamp' });
  });

  const submit = (over: object = {}) => client.submit({ deviceId, ...over });
  const held = () => running.ports.finalEvents.held;
  /** The command that the device has been asked for last. */
  const latest = async (): Promise<CommandId> =>
    eventually(async () => {
      const { heads } = await running.ports.reader.search({ applicationId: 'app-1', deviceId, offset: 0, limit: 1 });
      if (heads[0] === undefined) throw new Error('not submitted yet');
      return heads[0].commandId;
    });
  const answered = async (commandId: CommandId, outcome: 'succeeded' | 'failed' = 'succeeded') =>
    running.handle({
      kind: 'device-answered',
      commandId,
      deviceId,
      answer: outcome === 'succeeded' ? { outcome, result: { on: true } } : { outcome, result: null, code: '7' },
    });

  it('is answered with the result as soon as the device has answered', async () => {
    const call = submit({ wait: 30 });
    await answered(await latest());
    const { status, body } = await call;
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'succeeded', result: { on: true }, deviceId });
    expect(held()).toBe(0);
  });

  it('is answered with a failure just the same: the call itself went well', async () => {
    const call = submit({ wait: 30 });
    await answered(await latest(), 'failed');
    expect(await call).toMatchObject({ status: 200, body: { status: 'failed', code: '7' } });
  });

  it('is answered with the command as it stands when the wait is over, and the command lives on', async () => {
    const began = performance.now();
    const call = await submit({ wait: 1 });
    expect(performance.now() - began).toBeGreaterThanOrEqual(990);
    expect(call).toMatchObject({ status: 202, body: { status: 'sending', deviceId } });
    await answered(idOf(call));
    expect((await client.get(`/v1/commands/${idOf(call)}`)).body).toMatchObject({ status: 'succeeded' });
  });

  it('can end the command with the wait: nothing is started or counted after the caller was told', async () => {
    const blocker = idOf(await submit());
    const queued = submit({ wait: 1, expireWithWait: true });
    const head = await eventually(async () => {
      const found = (await running.ports.reader.head(await latest()))!;
      expect(found.commandId).not.toBe(blocker);
      return found;
    });
    expect(head.state.request.policy.finishWithinMs).toBe(1_000);
    expect(head.state.expiresAt).toBe(head.state.acceptedAt + 1_000);
    await eventually(async () => {
      const outcome = await running.handle({ kind: 'time-due', commandId: head.commandId, deviceId });
      expect(outcome.kind).toBe('committed');
    });
    expect(await queued).toMatchObject({ status: 200, body: { status: 'expired', attempts: 0 } });
  });

  it('with a key that was used before waits for the first command', async () => {
    const keyed = (over: object = {}) =>
      client.call(
        'POST',
        '/v1/commands',
        { deviceId, service: 's', method: 'm', ...over },
        { 'idempotency-key': deviceId },
      );
    const first = await keyed();
    const again = keyed({ wait: 30 });
    await eventually(async () => expect(held()).toBe(1));
    await answered(idOf(first));
    expect(await again).toMatchObject({ status: 200, body: { id: idOf(first), status: 'succeeded' } });
    expect(await keyed({ wait: 5 })).toMatchObject({ status: 200, body: { id: idOf(first), status: 'succeeded' } });
  });

  it('can be made for a command that is there already', async () => {
    const id = idOf(await submit());
    const call = client.get(`/v1/commands/${id}?wait=30`);
    await eventually(async () => expect(held()).toBe(1));
    await answered(id);
    expect(await call).toMatchObject({ status: 200, body: { id, status: 'succeeded' } });
  });

  it('leaves nothing behind when its caller goes away', async () => {
    const caller = httpRequest(`${running.url}/v1/commands`, {
      method: 'POST',
      headers: { authorization: `Bearer ${APPLICATION_KEY}`, 'content-type': 'application/json' },
    });
    caller.on('error', () => {});
    caller.end(JSON.stringify({ deviceId, service: 's', method: 'm', wait: 60 }));
    await eventually(async () => expect(held()).toBe(1));
    caller.destroy();
    await eventually(async () => expect(held()).toBe(0));
  });

  it('is turned away, with nothing stored, when all places are taken', async () => {
    const calls = [submit({ wait: 30 }), submit({ wait: 30 }), submit({ wait: 30 })];
    await eventually(async () => {
      const query = { applicationId: 'app-1', deviceId, offset: 0, limit: 0 };
      expect((await running.ports.reader.search(query)).total).toBe(3);
    });
    const stored = running.facts.length;
    expect(await submit({ wait: 30 })).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(running.facts.length).toBe(stored);
    expect((await submit()).status).toBe(201);
    for (let open = 0; open < 4; open++) {
      const { heads } = await running.ports.reader.search({
        applicationId: 'app-1',
        deviceId,
        statuses: ['sending'],
        offset: 0,
        limit: 1,
      });
      await answered(heads[0]!.commandId);
    }
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it.each<[string, object, string]>([
    ['no time', { wait: 0 }, 'wait'],
    ['more than a minute', { wait: 61 }, 'wait'],
    ['half a second', { wait: 0.5 }, 'wait'],
    ['a text', { wait: '5' }, 'wait'],
    ['an end with a wait that there is not', { expireWithWait: true }, 'expireWithWait'],
  ])('is refused for %s, with nothing stored', async (_, over, path) => {
    const before = running.facts.length;
    expect(await submit(over)).toMatchObject({ status: 400, body: { code: 'validation-failed', errors: [{ path }] } });
    expect(running.facts).toHaveLength(before);
  });

  it('is not part of a batch', async () => {
    const commands = [{ deviceId, service: 's', method: 'm', wait: 5 }];
    const { body } = await client.post('/v1/commands/batch', { commands });
    expect(body).toMatchObject({ accepted: 0, items: [{ problem: { code: 'validation-failed' } }] });
  });
});

describe('a call that waits while the process stops', () => {
  it('is answered with the command as it stands', async () => {
    const running = await startNorthbound([nativeFace], (ports) =>
      NativeModule.forRoot(ports, { adminKey: ADMIN_KEY }),
    );
    await new NativeClient(running, ADMIN_KEY).post('/v1/provision', PROVISION);
    const call = new NativeClient(running, APPLICATION_KEY).submit({ wait: 60 });
    await eventually(async () => expect(running.ports.finalEvents.held).toBe(1));
    await eventually(async () => expect(running.facts.length).toBeGreaterThan(0));
    await running.stop();
    expect(await call).toMatchObject({ status: 202, body: { status: 'sending' } });
  });
});
