import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ConfigError } from './config-error.js';
import { booleanFlag, durationMs, integer, list, port, url } from './config-fields.js';
import { loadConfig, type Environment, type LoadConfigOptions } from './load-config.js';
import { processSettings } from './process-settings.js';

const schema = z.object({
  PORT: port().default(3000),
  DATABASE_URL: url({ protocols: ['postgres', 'postgresql'] }),
  WAIT: durationMs().default(5000),
  TLS: booleanFlag().default(false),
  SHARDS: integer({ min: 1, max: 64, default: 8 }),
  KAFKA_BROKERS: list().optional(),
  DOWNLINK_ADMIN_KEY: z.string().min(8).optional(),
});
const DATABASE_URL = 'postgres://db:5432/downlink';

function problems(env: Environment, options?: LoadConfigOptions): string[] {
  try {
    loadConfig(schema, env, options);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('loadConfig', () => {
  it('gives typed values and the defaults of what is not set', () => {
    const config = loadConfig(schema, { DATABASE_URL, PORT: '8080', TLS: 'Yes', KAFKA_BROKERS: 'a:9092, b:9092,' });
    expect(config).toEqual({
      PORT: 8080,
      DATABASE_URL,
      WAIT: 5000,
      TLS: true,
      SHARDS: 8,
      KAFKA_BROKERS: ['a:9092', 'b:9092'],
    });
    const typed: { PORT: number; DATABASE_URL: string; TLS: boolean; KAFKA_BROKERS?: readonly string[] | undefined } =
      config;
    expect(typed.PORT).toBe(8080);
  });

  it('gives an object that nobody can change', () => {
    const config = loadConfig(schema, { DATABASE_URL, KAFKA_BROKERS: 'a:1' });
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.KAFKA_BROKERS)).toBe(true);
  });

  it('takes an empty variable for one that is not set', () => {
    expect(loadConfig(schema, { DATABASE_URL, PORT: '', SHARDS: ' ' })).toMatchObject({ PORT: 3000, SHARDS: 8 });
  });

  it('names every wrong variable at once, with what was expected and what was found', () => {
    expect(problems({ PORT: '70000', SHARDS: '0', WAIT: 'soon', TLS: 'perhaps' })).toEqual([
      'PORT: expected a port number from 0 to 65535, but it is "70000"',
      expect.stringMatching(/^DATABASE_URL: expected a URL that begins with postgres:\/\/ or .*, but it is not set$/),
      'WAIT: expected a duration such as 250ms, 10s, 5m, 2h or 7d, but it is "soon"',
      'TLS: expected true or false, but it is "perhaps"',
      'SHARDS: expected a whole number from 1 up to 64, but it is "0"',
    ]);
  });

  it('shows no secret: neither by the name of the variable nor by the look of its value', () => {
    const text = problems({ DOWNLINK_ADMIN_KEY: 'short', DATABASE_URL: 'mysql://root:hunter2@db/x' }).join('\n');
    expect(text).toContain('DOWNLINK_ADMIN_KEY');
    expect(text).toContain('DATABASE_URL');
    expect(text).not.toMatch(/short|hunter2|root/);
  });

  it('refuses an unknown variable with our prefix, because it is a typing mistake', () => {
    expect(problems({ DATABASE_URL, DOWNLINK_ADMIN_KYE: 'x' })).toEqual([
      'DOWNLINK_ADMIN_KYE: is not a setting of this process; those with this prefix are: DOWNLINK_ADMIN_KEY',
    ]);
    expect(
      problems(
        { DATABASE_URL, DOWNLINK_OTHER: 'x', DOWNLINK_TEST_RUN: 'x', HOME: '/' },
        { alsoKnown: ['DOWNLINK_OTHER'] },
      ),
    ).toEqual([]);
  });

  it('keeps a rule over several variables, and names no value in it', () => {
    const both = z
      .object({ TLS_CERT: z.string().optional(), TLS_KEY: z.string().optional() })
      .refine((c) => (c.TLS_CERT === undefined) === (c.TLS_KEY === undefined), 'set both TLS_CERT and TLS_KEY or none');
    expect(() => loadConfig(both, { TLS_CERT: 'cert.pem' })).toThrow(
      'configuration: set both TLS_CERT and TLS_KEY or none',
    );
  });

  it('has the settings that every process shares', () => {
    const shared = z.object(processSettings);
    expect(loadConfig(shared, {})).toEqual({ LOG_LEVEL: 'info', LOG_FORMAT: 'json', STOP_TIMEOUT: 25_000 });
    expect(() => loadConfig(shared, { LOG_LEVEL: 'loud' })).toThrow(/LOG_LEVEL: .*"info".*, but it is "loud"/);
  });
});

describe('durationMs', () => {
  const read = (text: string): unknown => durationMs().safeParse(text).data;

  it.each([
    ['250', 250],
    ['250ms', 250],
    ['1.5s', 1500],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['7 d', 604_800_000],
  ])('reads %s as %d ms', (text, ms) => {
    expect(read(text)).toBe(ms);
  });

  it.each(['', '-1s', '5 weeks', 's', '1e3', '0x10'])('refuses "%s"', (text) => {
    expect(read(text)).toBeUndefined();
  });
});

describe('integer', () => {
  it.each(['1.5', '1e3', '0x10', '9007199254740993', '--1', 'NaN'])('refuses "%s"', (text) => {
    expect(integer().safeParse(text).success).toBe(false);
  });
});
