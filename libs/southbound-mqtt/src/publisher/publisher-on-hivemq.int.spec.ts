import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { describeWithServers, startHiveMq, type TestHiveMq } from '@downlink/testing';
import { cleanUp, onAnyBroker } from '../spec-support/publisher-fixture.js';

afterEach(cleanUp);

describeWithServers(['hivemq'], 'a publisher on HiveMQ', () => {
  let broker: TestHiveMq;
  beforeAll(async () => {
    // Takes ten at a time, as it does unless told otherwise.
    broker = await startHiveMq();
  }, 300_000);
  afterAll(async () => {
    await broker.stop();
  });
  onAnyBroker(async () => broker);
});
