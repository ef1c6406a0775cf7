import { expect, it } from '@jest/globals';
import { Application, COMMANDS } from './steps/application.js';
import { useWorld } from './steps/world.js';
import { describeSystem } from './system/describe-system.js';
import { FIRST_WAIT_MS, LONGEST_FIRST_WAIT_MS } from './system/system.js';

const TIME = /^\d{8}T\d{6}Z$/;

describeSystem('a command travels the whole way', (start) => {
  const world = useWorld(start);

  const body = (deviceId: string, commandId: string, resultCode: string, resultDetail: object | null = null) =>
    JSON.stringify({ deviceId, commandId, result: { resultCode, resultDetail } });

  it('from Huawei’s API to a native device and back to the callback, with the whole history readable', async () => {
    const { application, devices, receiver } = world();
    const deviceId = await application.device();
    await devices.connect({ ids: [deviceId] });
    const callbackUrl = receiver.address();
    const commandId = await application.create(deviceId, { callbackUrl });

    const echo = { echo: { level: 7 } };
    const told = [body(deviceId, commandId, 'SENT'), body(deviceId, commandId, 'SUCCESSFUL', echo)];
    expect(await receiver.untilBodies(callbackUrl, 2)).toEqual(told);
    expect(await application.command(commandId)).toEqual({
      commandId,
      appId: application.id,
      deviceId,
      command: { serviceId: 'Brightness', method: 'SET', paras: { level: 7 } },
      callbackUrl,
      expireTime: 172_800,
      status: 'SUCCESSFUL',
      result: { resultCode: 'SUCCESSFUL', resultDetail: echo },
      creationTime: expect.stringMatching(TIME),
      executeTime: expect.stringMatching(TIME),
      platformIssuedTime: expect.stringMatching(TIME),
      deliveredTime: null,
      issuedTimes: 1,
      maxRetransmit: 3,
    });

    const { events, attempts, webhooks } = await application.history(commandId);
    const types = ['CommandAccepted', 'AttemptStarted', 'AttemptSent', 'CommandSucceeded'];
    expect(events.map(({ version, type }) => [version, type])).toEqual(types.map((type, index) => [index + 1, type]));
    expect(attempts).toMatchObject([{ attempt: 1, notSent: null, sentAt: expect.stringMatching(/Z$/) }]);
    expect(webhooks.map((webhook) => webhook.body)).toEqual(told);
    for (const webhook of webhooks) {
      expect(webhook).toMatchObject({ status: 'succeeded', attempts: [{ outcome: 'succeeded', httpStatus: 200 }] });
    }
    expect(await devices.untilReceived(deviceId, 1)).toMatchObject([{ attempt: 1, parameters: { level: 7 } }]);
  });

  it('to a device that acknowledges first, which the application hears of', async () => {
    const { application, devices, receiver } = world();
    const deviceId = await application.device();
    await devices.connect({ ids: [deviceId], behaviour: 'acknowledging' });
    const callbackUrl = receiver.address();
    const commandId = await application.create(deviceId, { callbackUrl });
    const bodies = await receiver.untilBodies(callbackUrl, 3);
    const codes = bodies.map((text) => (JSON.parse(text) as { result: { resultCode: string } }).result.resultCode);
    expect(codes).toEqual(['SENT', 'DELIVERED', 'SUCCESSFUL']);
    expect((await application.command(commandId))['deliveredTime']).toMatch(TIME);
  });

  it('to a device of Huawei’s own wire format, which knows a command by its mid only', async () => {
    const { application, devices, receiver } = world();
    const [answering, failing] = await application.devices('huawei', 2);
    await devices.connect({ ids: [answering!], wireFormat: 'huawei' });
    await devices.connect({ ids: [failing!], wireFormat: 'huawei', behaviour: 'failing' });
    const addresses = [receiver.address(), receiver.address()];
    const first = await application.create(answering!, { callbackUrl: addresses[0] });
    const second = await application.create(failing!, { callbackUrl: addresses[1] });
    const detail = { echo: { level: 7 } };
    expect(await receiver.untilBodies(addresses[0]!, 2)).toEqual([
      body(answering!, first, 'SENT'),
      body(answering!, first, 'SUCCESSFUL', detail),
    ]);
    expect(await receiver.untilBodies(addresses[1]!, 2)).toEqual([
      body(failing!, second, 'SENT'),
      body(failing!, second, 'FAILED', detail),
    ]);
    expect(await devices.untilReceived(answering!, 1)).toMatchObject([{ key: '1', executed: true }]);
  });

  it('in the order of the lane, one at a time, when a device has several', async () => {
    const { application, devices } = world();
    const deviceId = await application.device();
    await devices.connect({ ids: [deviceId], delayMs: 50 });
    const ids: string[] = [];
    for (let level = 1; level <= 5; level++) {
      const command = { serviceId: 'Brightness', method: 'SET', paras: { level } };
      ids.push(await application.create(deviceId, { command }));
    }
    for (const id of ids) await application.untilStatus(id, 'SUCCESSFUL');
    const received = devices.receivedBy(deviceId).filter(({ executed }) => executed);
    expect(received.map(({ parameters }) => parameters)).toEqual([1, 2, 3, 4, 5].map((level) => ({ level })));
  });

  it('waits for a sleeping device, and leaves when it connects', async () => {
    const { application, devices, receiver } = world();
    const deviceId = await application.device();
    const callbackUrl = receiver.address();
    const commandId = await application.create(deviceId, { callbackUrl });
    await application.untilStatus(commandId, 'PENDING');
    expect(receiver.bodies(callbackUrl)).toEqual([]);
    await devices.connect({ ids: [deviceId] });
    await application.untilStatus(commandId, 'SUCCESSFUL');
    expect(await receiver.untilBodies(callbackUrl, 2)).toEqual([
      body(deviceId, commandId, 'SENT'),
      body(deviceId, commandId, 'SUCCESSFUL', { echo: { level: 7 } }),
    ]);
    const { attempts } = await application.history(commandId);
    expect(attempts[0]).toMatchObject({ attempt: 1, notSent: { reason: 'no-subscriber' } });
  });

  it('is canceled while it waits, and is then never published', async () => {
    const { application, devices } = world();
    const deviceId = await application.device();
    const canceled = await application.create(deviceId);
    await application.untilStatus(canceled, 'PENDING');
    const answer = await application.cancel(canceled);
    expect([answer.status, answer.body['status']]).toEqual([200, 'CANCELED']);
    const again = await application.cancel(canceled);
    expect([again.status, again.body['error_code']]).toEqual([400, '100022']);

    const kept = await application.create(deviceId);
    await devices.connect({ ids: [deviceId] });
    await application.untilStatus(kept, 'SUCCESSFUL');
    // The lane keeps its order: had the canceled one been on its way, it would have come first.
    const keys = devices.receivedBy(deviceId).map(({ key }) => BigInt(key));
    expect(keys).toEqual([BigInt(`0x${kept}`)]);
    expect((await application.command(canceled))['status']).toBe('CANCELED');
  });

  it('expires when its device does not come in time', async () => {
    const { application } = world();
    const deviceId = await application.device();
    const commandId = await application.create(deviceId, { expireTime: 2 });
    const expired = await application.untilStatus(commandId, 'EXPIRED');
    expect(expired).toMatchObject({ expireTime: 2, result: null, executeTime: null });
    const { events } = await application.history(commandId);
    expect(events.at(-1)!.type).toBe('CommandExpired');
  });

  it('is retransmitted to a silent device, and times out in the end', async () => {
    const { application, devices, receiver } = world();
    const deviceId = await application.device();
    await devices.connect({ ids: [deviceId], behaviour: 'silent' });
    const callbackUrl = receiver.address();
    const commandId = await application.create(deviceId, { callbackUrl, maxRetransmit: 1 });
    const withinMs = 3 * LONGEST_FIRST_WAIT_MS + 10_000;
    const lost = await application.untilStatus(commandId, 'TIMEOUT', withinMs);
    expect(lost).toMatchObject({ issuedTimes: 2, maxRetransmit: 1, result: null });
    // SENT is told once, not with every issue.
    expect(await receiver.untilBodies(callbackUrl, 2)).toEqual([
      body(deviceId, commandId, 'SENT'),
      body(deviceId, commandId, 'TIMEOUT'),
    ]);
    const received = await devices.untilReceived(deviceId, 2);
    expect(received.map(({ attempt, executed }) => [attempt, executed])).toEqual([
      [1, true],
      [2, false],
    ]);
    const { attempts } = await application.history(commandId);
    const [first, second] = attempts.map(({ startedAt }) => Date.parse(String(startedAt)));
    expect(second! - first!).toBeGreaterThanOrEqual(FIRST_WAIT_MS);
  });

  it('is told again when the receiver fails, with the same body', async () => {
    const { application, devices, receiver } = world();
    const deviceId = await application.device();
    await devices.connect({ ids: [deviceId] });
    const callbackUrl = receiver.address({ status: 500 });
    const commandId = await application.create(deviceId, { callbackUrl });
    // The first retry comes after 5 s and jitter; until then the next webhook of the command waits its turn.
    const [sent, success] = [
      body(deviceId, commandId, 'SENT'),
      body(deviceId, commandId, 'SUCCESSFUL', { echo: { level: 7 } }),
    ];
    expect(await receiver.untilBodies(callbackUrl, 3, 30_000)).toEqual([sent, sent, success]);
    const { webhooks } = await application.history(commandId);
    expect(webhooks[0]!.attempts).toMatchObject([
      { attempt: 1, outcome: 'failed', httpStatus: 500, error: 'status-500' },
      { attempt: 2, outcome: 'succeeded', httpStatus: 200 },
    ]);
  });

  it('is not found by another application', async () => {
    const { application, system } = world();
    const commandId = await application.create(await application.device());
    await application.untilStatus(commandId, 'PENDING');
    const other = await Application.set(system);
    expect((await other.commands()).length).toBe(0);
    const answer = await other.call('PUT', `${COMMANDS}/${commandId}`, '{"status":"CANCELED"}');
    expect([answer.status, answer.body['error_code']]).toEqual([200, '100418']);
    expect((await application.cancel(commandId)).status).toBe(200);
  });
});
