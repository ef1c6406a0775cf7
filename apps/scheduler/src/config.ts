import { durationMs, integer, list, loadConfig, port, processSettings, url, type Environment } from '@downlink/runtime';
import { needSecretsKey, provisionSettings, secretsKey } from '@downlink/provisioning';
import { z } from 'zod';

const schema = z.object({
  ...processSettings,
  OPERATIONS_PORT: port().default(9090),
  DATABASE_URL: url({ protocols: ['postgres', 'postgresql'] }),
  DATABASE_POOL: integer({ min: 1, max: 200, default: 6 }),
  KAFKA_BROKERS: list(),
  TOPIC_PREFIX: z.string().default('downlink'),
  ...provisionSettings,
  /** Only to seal what PROVISION declares: without a file this service has no business with secrets. */
  SECRETS_KEY: secretsKey().optional(),
  PRESENCE_LEASE: durationMs().default(300_000),
  PARTITION_DAYS_AHEAD: integer({ min: 1, max: 365, default: 7 }),
  /** 0: for ever. */
  RETENTION_DAYS: integer({ min: 0, max: 3650, default: 30 }),
});

/** The scheduler's settings; the README says what each is. */
export type SchedulerConfig = Readonly<z.output<typeof schema>>;

/** @param env the process's own by default. @throws ConfigError that names every wrong variable */
export function readConfig(env?: Environment): SchedulerConfig {
  return needSecretsKey(loadConfig(schema, env));
}
