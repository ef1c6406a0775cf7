import { describe, expect, it } from '@jest/globals';
import { DEFAULT_RETRY_TIMES, DEFAULT_RUNNER_OPTIONS, DEFAULT_SENDER_OPTIONS } from '@downlink/callback-http';
import { readConfig } from './config.js';

const NEEDED = { DATABASE_URL: 'postgres://db/downlink', KAFKA_BROKERS: 'kafka:9092' };

describe('the notifier’s configuration', () => {
  it('has the defaults of the callback room', () => {
    const config = readConfig(NEEDED);
    expect(config.WEBHOOK_SCHEDULE).toEqual(DEFAULT_RETRY_TIMES.delaysMs);
    expect(config.WEBHOOK_TIMEOUT).toBe(DEFAULT_SENDER_OPTIONS.totalTimeoutMs);
    expect(config.WEBHOOK_CAPACITY).toBe(DEFAULT_RUNNER_OPTIONS.capacity);
    expect(config.WEBHOOK_CONCURRENCY).toBe(DEFAULT_RUNNER_OPTIONS.concurrency);
    expect(config.WEBHOOK_CONCURRENCY_PER_ORIGIN).toBe(DEFAULT_RUNNER_OPTIONS.concurrencyPerKey);
  });

  it('reads another schedule', () => {
    expect(readConfig({ ...NEEDED, WEBHOOK_SCHEDULE: '0s, 1s, 2m' }).WEBHOOK_SCHEDULE).toEqual([0, 1_000, 120_000]);
  });

  it('has the names and the silence of Huawei’s REST reference, and reads its switches', () => {
    expect(readConfig(NEEDED)).toMatchObject({ HUAWEI_RESULT_CODES: 'status', HUAWEI_PUSH_WITHDRAWN: false });
    const switched = readConfig({ ...NEEDED, HUAWEI_RESULT_CODES: 'sdk', HUAWEI_PUSH_WITHDRAWN: 'yes' });
    expect(switched).toMatchObject({ HUAWEI_RESULT_CODES: 'sdk', HUAWEI_PUSH_WITHDRAWN: true });
    expect(() => readConfig({ ...NEEDED, HUAWEI_RESULT_CODES: 'rest' })).toThrow(/HUAWEI_RESULT_CODES/);
  });

  it('has no business with secrets, unless it applies a provisioning file', () => {
    expect(readConfig(NEEDED).SECRETS_KEY).toBeUndefined();
    const file = { ...NEEDED, PROVISION: 'fleet.yaml' };
    expect(() => readConfig(file)).toThrow(/^SECRETS_KEY: is needed with PROVISION/);
    expect(readConfig({ ...file, SECRETS_KEY: Buffer.alloc(32).toString('base64') })).toMatchObject({
      PROVISION: 'fleet.yaml',
    });
  });

  it('names what is wrong', () => {
    expect(() => readConfig({ ...NEEDED, WEBHOOK_SCHEDULE: '0s,soon' })).toThrow(
      /WEBHOOK_SCHEDULE: expected a duration/,
    );
    expect(() => readConfig({ KAFKA_BROKERS: 'kafka:9092' })).toThrow(/DATABASE_URL: .*, but it is not set/);
  });
});
