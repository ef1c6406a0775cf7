import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, freePort } from '@downlink/testing';
import { connectOf, type RawDevice, startRawDevice } from './spec-support/raw-device.js';
import { startTestGateway, type TestGateway } from './spec-support/start-test-gateway.js';

const topic = '/ext/session/pk/dk/thing/activate/info';
const payload = '{"params":{"deviceSecret":"s3"}}';

describe('a device that asks for its secret', () => {
  let gateway: TestGateway;
  let device: RawDevice;
  let activations: number;
  let activated: () => Promise<void>;

  beforeEach(async () => {
    activations = 0;
    activated = () => Promise.resolve();
    // No broker is needed: the gateway answers by itself.
    gateway = await startTestGateway(await freePort(), {
      limits: { activationTimeoutMs: 500 },
      authenticator: {
        authenticate: () =>
          Promise.resolve({
            kind: 'activating',
            device: { deviceId: 'd1', productKey: 'pk', deviceKey: 'dk' },
            topic,
            payload,
            replyTopic: `${topic}_reply`,
            activated: () => {
              activations += 1;
              return activated();
            },
          }),
      },
    });
    device = await startRawDevice(gateway.port);
    device.say(connectOf('d1'), { cmd: 'pingreq' });
    await eventually(() => expect(device.got).toHaveLength(3));
  });
  afterEach(async () => {
    device.socket.destroy();
    await gateway.stop();
  });

  it('gets it, and is activated once it has answered', async () => {
    expect(device.got).toMatchObject([
      { cmd: 'connack', returnCode: 0 },
      { cmd: 'publish', topic, payload: Buffer.from(payload), qos: 1, retain: false },
      { cmd: 'pingresp' },
    ]);
    const reply = { cmd: 'publish' as const, topic: `${topic}_reply`, payload: '{}', dup: false, retain: false };
    device.say({ cmd: 'puback', messageId: 1 }, { ...reply, qos: 1, messageId: 5 }, { ...reply, qos: 0 });
    await eventually(() => expect(device.closed).toBe(true));
    expect(device.got[3]).toMatchObject({ cmd: 'puback', messageId: 5 });
    expect([activations, gateway.gateway.counts.activated]).toEqual([1, 1]);
    expect(JSON.stringify(gateway.lines)).not.toContain('s3');
  });

  it('may do nothing else', async () => {
    device.say({ cmd: 'subscribe', messageId: 2, subscriptions: [{ topic: '#', qos: 1 }] });
    await eventually(() => expect(device.got[3]).toMatchObject({ cmd: 'suback', granted: [0x80] }));
    device.say({ cmd: 'publish', topic: 'elsewhere', payload: '', qos: 0, dup: false, retain: false });
    await eventually(() => expect(device.closed).toBe(true));
    expect([activations, gateway.gateway.counts.refused.publish]).toEqual([0, 1]);
  });

  it('is let go when it does not answer in time', async () => {
    await eventually(() => expect(device.closed).toBe(true));
    expect([activations, gateway.gateway.counts.activated]).toEqual([0, 0]);
  });

  it('gets no acknowledgement of its answer when that could not be stored', async () => {
    activated = () => Promise.reject(new Error('no database'));
    const reply = { topic: `${topic}_reply`, payload: '{}', dup: false, retain: false };
    device.say({ cmd: 'publish', ...reply, qos: 1, messageId: 5 });
    await eventually(() => expect(device.closed).toBe(true));
    expect(device.got).toHaveLength(3);
    expect(gateway.gateway.counts.activated).toBe(0);
    expect(gateway.lines.at(-1)).toMatchObject({ level: 'error', details: { deviceId: 'd1' } });
  });
});
