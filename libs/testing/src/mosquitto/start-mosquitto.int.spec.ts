import { afterEach, expect, it } from '@jest/globals';
import { connect, connectAsync } from 'mqtt';
import { describeWithServers, eventually, startMosquitto, type TestMosquitto } from '../index.js';

describeWithServers(['mosquitto'], 'startMosquitto', () => {
  let broker: TestMosquitto | undefined;
  afterEach(async () => {
    await broker?.stop();
    broker = undefined;
  });

  it.each([4, 5] as const)('carries a message between two clients of protocol version %s', async (protocolVersion) => {
    broker = await startMosquitto();
    const [sender, receiver] = await Promise.all([
      connectAsync(broker.url, { protocolVersion }),
      connectAsync(broker.url, { protocolVersion }),
    ]);
    const got: string[] = [];
    receiver.on('message', (topic, payload) => got.push(`${topic} ${payload.toString()}`));
    await receiver.subscribeAsync('device/+', { qos: 1 });
    await sender.publishAsync('device/1', 'open', { qos: 1 });
    await eventually(() => expect(got).toEqual(['device/1 open']));
    await Promise.all([sender.endAsync(), receiver.endAsync()]);
  });

  it('is back on the same address after it was killed and restarted', async () => {
    broker = await startMosquitto();
    await broker.kill();
    await expect(connectAsync(broker.url, { reconnectPeriod: 0 }, false)).rejects.toThrow();
    await broker.restart();
    const client = await connectAsync(broker.url);
    await client.endAsync();
  });

  it('has forgotten every session after a kill when it was made to forget', async () => {
    broker = await startMosquitto({ persistence: true });
    const session = { clientId: 'absent', clean: false } as const;
    const absent = await connectAsync(broker.url, session);
    await absent.subscribeAsync('device/1', { qos: 1 });
    await absent.endAsync();
    const loggedBefore = broker.log().length;
    await eventually(() =>
      expect(broker!.log().slice(loggedBefore).split('Saving in-memory database')).toHaveLength(3),
    );
    await broker.kill();
    broker.forget();
    await broker.restart();
    const back = connect(broker.url, session);
    const sessionPresent = await new Promise((resolve) => back.once('connect', (ack) => resolve(ack.sessionPresent)));
    expect(sessionPresent).toBe(false);
    await back.endAsync();
  });

  it('with persistence, keeps what is queued for an absent session over a kill', async () => {
    broker = await startMosquitto({ persistence: true });
    const session = { clientId: 'absent', clean: false } as const;
    const absent = await connectAsync(broker.url, session);
    await absent.subscribeAsync('device/1', { qos: 1 });
    await absent.endAsync();
    const sender = await connectAsync(broker.url);
    await sender.publishAsync('device/1', 'open', { qos: 1 });
    const loggedBefore = broker.log().length;
    await sender.endAsync();
    // Saved once a second, and told before it is done: at the second time, the first one has been done.
    await eventually(() =>
      expect(broker!.log().slice(loggedBefore).split('Saving in-memory database')).toHaveLength(3),
    );
    await broker.kill();
    await broker.restart();
    const back = connect(broker.url, session);
    const got: string[] = [];
    back.on('message', (_topic, payload) => got.push(payload.toString()));
    await eventually(() => expect(got).toEqual(['open']));
    await back.endAsync();
  });
});
