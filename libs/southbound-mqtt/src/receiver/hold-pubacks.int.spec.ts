import { afterEach, expect, it } from '@jest/globals';
import { describeWithServers, eventually, startMosquitto } from '@downlink/testing';
import mqtt from 'mqtt';
import { holdPubacks } from './hold-pubacks.js';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

describeWithServers(
  ['mosquitto'],
  'the shim that holds PUBACKs back (a new mqtt.js that fails here needs another shim)',
  () => {
    it.each([4, 5] as const)(
      'lets no PUBACK out by itself while all messages are parsed, protocol version %s',
      async (protocolVersion) => {
        const broker = await startMosquitto({ settings: ['log_type all'] });
        cleanups.push(() => broker.stop());
        const client = mqtt.connect(broker.url, { protocolVersion, manualConnect: true, clientId: 'holder' });
        cleanups.push(() => client.endAsync(true));
        const gate = holdPubacks(client);
        const ids: number[] = [];
        client.on('message', (_topic, _payload, { messageId }) => ids.push(messageId ?? 0));
        client.connect();
        await client.subscribeAsync('a', { qos: 1 });
        // Our own QoS 1 publishes come back to us: their PUBACKs are received, so the parser has gone past every message.
        await Promise.all([1, 2, 3].map(async (n) => client.publishAsync('a', String(n), { qos: 1 })));
        await eventually(() => expect(ids).toHaveLength(3));
        await client.publishAsync('b', '', { qos: 1 });
        expect(broker.log()).not.toMatch(/Received PUBACK from holder/);
        for (const id of ids) gate.acknowledge(id);
        await eventually(() => expect(broker.log().match(/Received PUBACK from holder/g)).toHaveLength(3));
      },
    );

    it('sends nothing for a connection that is gone', async () => {
      const client = mqtt.connect('mqtt://127.0.0.1:1', { manualConnect: true });
      const gate = holdPubacks(client);
      gate.acknowledge(7);
      expect(client.queue).toEqual([]);
    });
  },
);
