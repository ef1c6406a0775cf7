import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWithServers, eventually, startHiveMq, type TestHiveMq } from '@downlink/testing';
import mqtt from 'mqtt';
import { cleanUp, cleanups, gatedHandler, receiver, send, sender } from '../spec-support/receiver-fixture.js';
import { deliveryGuarantees, type BrokerCase } from '../spec-support/receiver-guarantees.js';

afterEach(cleanUp);

describeWithServers(['hivemq'], 'a receiver on HiveMQ', () => {
  let broker: TestHiveMq;
  beforeAll(async () => {
    broker = await startHiveMq();
  }, 300_000);
  afterAll(async () => {
    await broker.stop();
  });

  /** One broker for all tests, as its start takes seconds: what a test leaves behind goes at its end. */
  const start = async (): Promise<TestHiveMq> => {
    cleanups.push(async () => {
      const client = await mqtt.connectAsync(broker.url, { clientId: 'receiver', clean: true });
      await client.publishAsync('up/birth', '', { qos: 1, retain: true });
      await client.endAsync();
    });
    return broker;
  };
  const cases: BrokerCase[] = [
    { name: 'over MQTT 5', start, protocolVersion: 5 },
    { name: 'over MQTT 3.1.1', start, protocolVersion: 4 },
  ];
  describe.each(cases)('$name', deliveryGuarantees);

  it('gives its session up to another process with the same client id, which gets what was not acknowledged', async () => {
    await start();
    const { handler, batches, release } = gatedHandler();
    const held = receiver(broker.url);
    await held.receiver.start(handler);
    await eventually(() => expect(held.receiver.connected).toBe(true));
    await send(await sender(broker.url), 'a', 'b');
    await eventually(() => expect(batches.flat().length).toBeGreaterThan(0));
    const heir = gatedHandler();
    heir.release();
    const rival = receiver(broker.url);
    await rival.receiver.start(heir.handler);
    await eventually(() => expect(heir.seen).toEqual(expect.arrayContaining(['a', 'b'])));
    release();
  });
});
