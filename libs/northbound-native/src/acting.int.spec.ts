import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DeadLetterIntake } from '@downlink/command-engine';
import { aDeadLetter } from '@downlink/command-engine/contracts';
import {
  APPLICATION_KEY,
  FOREIGN_DEVICE,
  FOREIGN_KEY,
  NativeClient,
  OWN_DEVICE,
} from './spec-support/native-client.js';
import { expectProblem, idOf, startNative, type NativeWorld } from './spec-support/native-world.js';

const AGENT_KEY = 'native-key-of-the-agent';

describe('an application that another one authorised', () => {
  let world: NativeWorld;
  let agent: NativeClient;
  beforeAll(async () => {
    world = await startNative();
    agent = new NativeClient(world.running, AGENT_KEY);
    const made = await world.admin.put('/v1/applications/agent', {
      native: { key: AGENT_KEY },
      authorisedBy: ['app-1'],
      methods: { allow: [], deny: ['door.*'] },
    });
    expect(made.body).toMatchObject({ authorisedBy: ['app-1'], methods: { deny: ['door.*'] } });
  });
  afterAll(() => world.running.stop());

  const named = async (path: string) => {
    const { status, body } = await agent.get(path);
    return [status, (body['items'] as { id: string; key: string }[]).map(({ id, key }) => id ?? key)] as const;
  };

  it('sends commands to its devices, which are its owner’s', async () => {
    const id = idOf(await agent.submit());
    for (const caller of [agent, world.client]) {
      expect((await caller.get(`/v1/commands/${id}`)).body).toMatchObject({
        applicationId: 'app-1',
        deviceId: OWN_DEVICE,
      });
    }
    expectProblem(await agent.submit({ deviceId: FOREIGN_DEVICE }), 404, 'unknown-device');
  });

  it('sees what is its owner’s where it asks for that, and its own where it does not', async () => {
    const id = idOf(await agent.submit());
    expect((await named('/v1/commands?application=app-1'))[1]).toContain(id);
    expect(await named('/v1/commands')).toEqual([200, []]);
    expect((await named('/v1/devices?application=app-1'))[1]).toContain(OWN_DEVICE);
    expect(await named('/v1/devices')).toEqual([200, []]);
    expect((await named('/v1/products?application=app-1'))[1]).toContain('lamp');
    for (const path of [`/v1/devices/${OWN_DEVICE}/lane`, '/v1/products/lamp', `/v1/commands/${id}/history`]) {
      expect((await agent.get(path)).status).toBe(200);
    }
  });

  it('withdraws, cancels all, and deals with dead letters', async () => {
    const [deviceId] = (await world.freshDevices(1)) as [string];
    await agent.submit({ deviceId });
    const queued = idOf(await agent.submit({ deviceId }));
    expect((await agent.post(`/v1/commands/${queued}/cancel`, {})).status).toBe(200);
    const task = await agent.post(`/v1/devices/${deviceId}/cancel-tasks`, {});
    expect((await agent.get(`/v1/cancel-tasks/${String(task.body['id'])}`)).status).toBe(200);
    expect((await named('/v1/cancel-tasks?application=app-1'))[1]).toContain(task.body['id']);
    const intake = new DeadLetterIntake(world.running.store.deadLetters, {
      handle: async (signals) => [await world.running.handle(signals[0]!)],
    });
    const { id } = await intake.receive(aDeadLetter({ deviceId }));
    expect((await named('/v1/dead-letters?application=app-1'))[1]).toContain(id);
    expect((await agent.post(`/v1/dead-letters/${id}/discard`, {})).status).toBe(200);
  });

  it('has idempotency keys of its own', async () => {
    const key = { 'idempotency-key': 'shared' };
    const own = idOf(await world.client.submit({ parameters: { by: 'owner' } }, key));
    const agents = idOf(await agent.submit({ parameters: { by: 'agent' } }, key));
    expect(agents).not.toBe(own);
    expect(idOf(await agent.submit({ parameters: { by: 'agent' } }, key))).toBe(agents);
  });

  it('may call what it may call, whatever its owner may', async () => {
    expectProblem(await agent.submit({ service: 'door', method: 'open' }), 403, 'method-not-permitted');
    expect((await world.client.submit({ service: 'door', method: 'open' })).status).toBe(201);
    const { body } = await agent.post('/v1/commands/batch', {
      devices: [OWN_DEVICE],
      command: { service: 'door', method: 'open' },
    });
    expect(body).toMatchObject({ accepted: 0, items: [{ problem: { code: 'method-not-permitted' } }] });
  });

  it.each(['commands', 'cancel-tasks', 'dead-letters', 'devices', 'products'])(
    'gets no %s of others, and cannot tell whether they are there',
    async (list) => {
      for (const other of ['app-2', 'nobody']) {
        expectProblem(await agent.get(`/v1/${list}?application=${other}`), 403, 'forbidden');
      }
      const theirs = new NativeClient(world.running, FOREIGN_KEY);
      expectProblem(await theirs.get(`/v1/${list}?application=app-1`), 403, 'forbidden');
    },
  );

  it('is not authorised the other way round', async () => {
    expectProblem(await world.client.get('/v1/devices?application=agent'), 403, 'forbidden');
  });

  it('is no more once the grant is withdrawn', async () => {
    await world.admin.put('/v1/applications/agent', { authorisedBy: [] });
    expectProblem(await agent.submit(), 404, 'unknown-device');
  });
});

describe('the administrator', () => {
  let world: NativeWorld;
  beforeAll(async () => {
    world = await startNative();
  });
  afterAll(() => world.running.stop());

  it('reads the commands and cancel tasks of an application that he names, and of none otherwise', async () => {
    const id = idOf(await new NativeClient(world.running, APPLICATION_KEY).submit());
    const { body } = await world.admin.get('/v1/commands?application=app-1');
    expect(body).toMatchObject({ items: [{ id }], total: 1 });
    expect((await world.admin.get('/v1/cancel-tasks?application=app-1')).body).toMatchObject({ total: 0 });
    for (const list of ['commands', 'cancel-tasks']) {
      expectProblem(await world.admin.get(`/v1/${list}`), 403, 'forbidden');
    }
  });
});
