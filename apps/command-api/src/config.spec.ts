import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '@downlink/runtime';
import { readConfig } from './config.js';

const NEEDED = {
  DATABASE_URL: 'postgres://u:p@localhost:5432/d',
  SECRETS_KEY: Buffer.alloc(32, 7).toString('base64'),
  ADMIN_KEY: 'sixteen-or-more!',
  KAFKA_BROKERS: 'a:9092,b:9092',
};

function problemsOf(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ variable }) => variable);
    throw error;
  }
  return [];
}

describe('configuration', () => {
  it('needs a database, keys and Kafka, and has defaults for the rest', () => {
    const defaults = { PORT: 3000, HOST: '0.0.0.0', TOPIC_PREFIX: 'downlink', KAFKA_BROKERS: ['a:9092', 'b:9092'] };
    expect(readConfig(NEEDED)).toMatchObject(defaults);
    expect(problemsOf(() => readConfig({})).sort()).toEqual(Object.keys(NEEDED).sort());
  });

  it('refuses an admin key that can be guessed', () => {
    expect(problemsOf(() => readConfig({ ...NEEDED, ADMIN_KEY: 'admin' }))).toEqual(['ADMIN_KEY']);
  });

  it('wants certificate and key both or neither', () => {
    const half = { ...NEEDED, TLS_CERT: 'cert.pem' };
    expect(problemsOf(() => readConfig(half))).toEqual(['TLS_KEY']);
    expect(problemsOf(() => readConfig({ ...half, TLS_KEY: 'key.pem' }))).toEqual([]);
  });

  it.each(['10.0.0.1', '10.0.0.0/8', '::1, 192.168.0.0/16', 'fd00::/8'])('trusts the proxies %s', (proxies) => {
    expect(readConfig({ ...NEEDED, TRUSTED_PROXIES: proxies }).TRUSTED_PROXIES).toEqual(proxies.split(', '));
  });

  it.each(['proxy.example', '10.0.0.0/33', '10.0.0.0/8/8', '10.0.0.0/', '10.0.0.1, all'])(
    'takes no name and no nonsense for a proxy: %s',
    (proxies) => {
      expect(problemsOf(() => readConfig({ ...NEEDED, TRUSTED_PROXIES: proxies }))).toEqual(['TRUSTED_PROXIES']);
    },
  );
});
