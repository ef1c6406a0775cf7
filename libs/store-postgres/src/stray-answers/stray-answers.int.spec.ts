import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { STRAY_ANSWERS_PER_DEVICE, STRAY_PAYLOAD_BYTES, type StrayAnswer } from '@downlink/command-engine';
import { createTestDatabase, type TestDatabase } from '@downlink/testing';
import { createPostgresStore, migrate, type PostgresStore } from '../index.js';

describe('stray answers', () => {
  let database: TestDatabase;
  let store: PostgresStore;

  beforeEach(async () => {
    database = await createTestDatabase({ template: migrate });
    store = createPostgresStore({ url: database.url, onConnectionError: (error) => process.emitWarning(error) });
  });
  afterEach(async () => {
    await store.close();
    await database.drop();
  });

  const stray = (text: string, over: Partial<StrayAnswer> = {}): StrayAnswer => ({
    deviceId: 'd',
    registered: true,
    reason: 'unknown-command',
    reference: null,
    topic: 't',
    payload: Buffer.from(text),
    ...over,
  });
  const texts = async (deviceId = 'd') =>
    (await store.strayAnswers.ofDevice(deviceId)).map(({ payload }) => Buffer.from(payload).toString());

  it('keep the last hundred of each device, whether they come together or one by one', async () => {
    const many = Array.from({ length: 150 }, (_, n) => stray(`first ${String(n)}`));
    await store.strayAnswers.record([...many, stray('other', { deviceId: 'e' })]);
    expect(await texts()).toHaveLength(STRAY_ANSWERS_PER_DEVICE);
    for (let n = 0; n < 3; n++) await store.strayAnswers.record([stray(`then ${String(n)}`)]);
    const kept = await texts();
    expect(kept).toHaveLength(STRAY_ANSWERS_PER_DEVICE);
    expect(kept.slice(0, 4)).toEqual(['then 2', 'then 1', 'then 0', 'first 149']);
    expect(await texts('e')).toEqual(['other']);
  });

  it('cut what is too long and say how long it was', async () => {
    await store.strayAnswers.record([
      stray('x'.repeat(60_000), { topic: 't'.repeat(9_000), reference: '9'.repeat(999) }),
    ]);
    const [one] = await store.strayAnswers.ofDevice('d');
    expect(one!.payload).toHaveLength(STRAY_PAYLOAD_BYTES);
    expect([one!.payloadBytes, one!.topic.length, one!.reference!.length]).toEqual([60_000, 512, 128]);
  });

  it('hold whatever bytes and names come', async () => {
    const odd = { deviceId: 'a\0b', topic: 'x\ud800', reference: '\0', payload: Buffer.from([0, 255, 10]) };
    await store.strayAnswers.record([stray('', { ...odd, registered: false })]);
    const [one] = await store.strayAnswers.ofDevice('a\ufffdb');
    expect([...one!.payload]).toEqual([0, 255, 10]);
    expect(await store.strayAnswers.ofDevice('a\0b')).toEqual([]);
  });

  it('are purged by age, and of devices that do not exist only the newest stay', async () => {
    const strangers = Array.from({ length: 30 }, (_, n) =>
      stray(String(n), { deviceId: `s${String(n)}`, registered: false }),
    );
    await store.strayAnswers.record([...strangers, stray('old'), stray('new', { deviceId: 'e' })]);
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(`update stray_answer set at = at - 100000 where device_id = 'd'`);
    await client.end();
    expect(await store.strayAnswers.purge({ olderThanMs: 50_000, strangers: 10 })).toBe(21);
    expect([await texts(), await texts('e'), await texts('s19'), await texts('s20')]).toEqual([
      [],
      ['new'],
      [],
      ['20'],
    ]);
    expect(await store.strayAnswers.purge({ olderThanMs: 50_000, strangers: 10 })).toBe(0);
  });
});
