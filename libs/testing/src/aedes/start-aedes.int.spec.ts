import { describe, expect, it } from '@jest/globals';
import { connectAsync } from 'mqtt';
import { eventually, startAedes } from '../index.js';

describe('startAedes', () => {
  it('carries a message over MQTT 3.1.1, and cuts its clients when it stops', async () => {
    const broker = await startAedes();
    const client = await connectAsync(broker.url, { protocolVersion: 4, reconnectPeriod: 0 });
    const got: string[] = [];
    client.on('message', (_topic, payload) => got.push(payload.toString()));
    await client.subscribeAsync('device/1', { qos: 1 });
    await client.publishAsync('device/1', 'open', { qos: 1 });
    await eventually(() => expect(got).toEqual(['open']));
    await broker.stop();
    await eventually(() => expect(client.connected).toBe(false));
    await client.endAsync(true);
  });
});
