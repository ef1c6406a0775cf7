import {
  booleanFlag,
  durationMs,
  integer,
  list,
  loadConfig,
  port,
  processSettings,
  url,
  type Environment,
} from '@downlink/runtime';
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
  WEBHOOK_CONCURRENCY: integer({ min: 1, max: 10_000, default: 256 }),
  WEBHOOK_CONCURRENCY_PER_ORIGIN: integer({ min: 1, max: 10_000, default: 64 }),
  WEBHOOK_CAPACITY: integer({ min: 1, max: 1_000_000, default: 20_000 }),
  HUAWEI_RESULT_CODES: z.enum(['status', 'sdk']).default('status'),
  HUAWEI_PUSH_WITHDRAWN: booleanFlag().default(false),
  WEBHOOK_TIMEOUT: durationMs().default(15_000),
  WEBHOOK_SCHEDULE: list()
    .default(['0s', '5s', '5m', '30m', '2h', '5h', '10h', '10h'])
    .transform((delays, context): readonly number[] => {
      const parsed = z.array(durationMs()).safeParse(delays);
      if (parsed.success) return parsed.data;
      context.addIssue({ code: 'custom', message: `${parsed.error.issues[0]!.message}, separated by commas` });
      return z.NEVER;
    }),
});

/** The notifier's settings; the README says what each is. */
export type NotifierConfig = Readonly<z.output<typeof schema>>;

/** @param env the process's own by default. @throws ConfigError that names every wrong variable */
export function readConfig(env?: Environment): NotifierConfig {
  return needSecretsKey(loadConfig(schema, env));
}
