import { isIP } from 'node:net';
import {
  booleanFlag,
  ConfigError,
  durationMs,
  integer,
  list,
  loadConfig,
  port,
  processSettings,
  url,
  type Environment,
} from '@downlink/runtime';
import { provisionSettings, secretsKey } from '@downlink/provisioning';
import { z } from 'zod';

const MIN_ADMIN_KEY = 16;

function isAddressOrRange(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return (
    longest > 0 && more.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= longest))
  );
}

const schema = z.object({
  ...processSettings,
  PORT: port().default(3000),
  HOST: z.string().default('0.0.0.0'),
  /** PEM files; with both the server speaks HTTPS. */
  TLS_CERT: z.string().optional(),
  TLS_KEY: z.string().optional(),
  /** Proxies in front of it, whose X-Forwarded-For is believed: the addresses that wrong secrets are counted by come from there. */
  TRUSTED_PROXIES: list()
    .refine((items) => items.every(isAddressOrRange), { error: 'expected IP addresses or ranges such as 10.0.0.0/8' })
    .optional(),
  DATABASE_URL: url({ protocols: ['postgres', 'postgresql'] }),
  DATABASE_POOL: integer({ min: 1, max: 200, default: 10 }),
  SECRETS_KEY: secretsKey(),
  ADMIN_KEY: z.string().min(MIN_ADMIN_KEY, { error: `expected at least ${String(MIN_ADMIN_KEY)} characters` }),
  KAFKA_BROKERS: list(),
  TOPIC_PREFIX: z.string().default('downlink'),
  ...provisionSettings,
  PRESENCE_LEASE: durationMs().default(300_000),
  FIRST_WAIT: durationMs().optional(),
  ANSWER_WITHIN: durationMs().optional(),
  /** Huawei's platform wants callbacks to go to the host and port of the subscriptions; the vendor's FAQ has it, its reference does not. */
  HUAWEI_CALLBACKS_OF_ONE_SERVER: booleanFlag().default(false),
  /** Life of an access token of the EnOS API; the vendor's is two hours. */
  ENOS_TOKEN_LIFE: durationMs().optional(),
  /** How far the clock of a caller of the EnOS API may be away from ours. */
  ENOS_CLOCK_SKEW: durationMs().optional(),
  /** Messages of the Quectel API that may wait for one device; the vendor has such a bound (61006) and does not name it. */
  QUECTEL_LANE_CAP: integer({ min: 1, max: 100_000 }).optional(),
  /** The vendor's documents have 24 h and 2 h. */
  QUECTEL_TOKEN_LIFE: durationMs().optional(),
  /** Synchronous calls held at once, at most. */
  WAITING_CALLS: integer({ min: 0, max: 100_000, default: 1_000 }),
  BATCH_BODY_LIMIT: integer({ min: 65_536, max: 67_108_864, default: 2_097_152 }),
});

/** The API's settings; the README says what each is. */
export type CommandApiConfig = Readonly<z.output<typeof schema>>;

/** Reads the process's own environment unless another is given. @throws ConfigError that names every wrong variable */
export function readConfig(env?: Environment): CommandApiConfig {
  const config = loadConfig(schema, env);
  if ((config.TLS_CERT === undefined) === (config.TLS_KEY === undefined)) return config;
  const variable = config.TLS_CERT === undefined ? 'TLS_CERT' : 'TLS_KEY';
  throw new ConfigError([{ variable, problem: 'TLS_CERT and TLS_KEY are needed both or neither' }]);
}
