import { afterEach, expect, it } from '@jest/globals';
import { connect, connectAsync } from 'mqtt';
import { describeWithServers, eventually, startHiveMq, type TestHiveMq } from '../index.js';

/** The first start on a machine has Maven fetch 98 MB. */
const TIMEOUT_MS = 300_000;

describeWithServers(['hivemq'], 'startHiveMq', () => {
  let broker: TestHiveMq | undefined;
  afterEach(async () => {
    await broker?.stop();
    broker = undefined;
  });

  it(
    'carries a message between clients of both protocol versions',
    async () => {
      broker = await startHiveMq();
      const [sender, receiver] = await Promise.all([
        connectAsync(broker.url, { protocolVersion: 5 }),
        connectAsync(broker.url, { protocolVersion: 4 }),
      ]);
      const got: string[] = [];
      receiver.on('message', (topic, payload) => got.push(`${topic} ${payload.toString()}`));
      await receiver.subscribeAsync('device/+', { qos: 1 });
      await sender.publishAsync('device/1', 'open', { qos: 1 });
      await eventually(() => expect(got).toEqual(['device/1 open']));
      await Promise.all([sender.endAsync(), receiver.endAsync()]);
    },
    TIMEOUT_MS,
  );

  it(
    'with persistence, keeps what is queued for an absent session over a kill',
    async () => {
      broker = await startHiveMq({ persistence: true });
      const session = { clientId: 'absent', clean: false } as const;
      const absent = await connectAsync(broker.url, session);
      await absent.subscribeAsync('device/1', { qos: 1 });
      await absent.endAsync();
      const sender = await connectAsync(broker.url);
      await sender.publishAsync('device/1', 'open', { qos: 1 });
      await sender.endAsync();
      await broker.kill();
      await broker.restart();
      const back = connect(broker.url, session);
      const got: string[] = [];
      back.on('message', (_topic, payload) => got.push(payload.toString()));
      await eventually(() => expect(got).toEqual(['open']));
      await back.endAsync();
    },
    TIMEOUT_MS,
  );
});
