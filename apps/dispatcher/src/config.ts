import { booleanFlag, durationMs, integer, list, loadConfig, port, processSettings, url } from '@downlink/runtime';
import { needSecretsKey, provisionSettings, secretsKey } from '@downlink/provisioning';
import { EMQX_EVENTS, type DirectUplinks } from '@downlink/southbound-mqtt';
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
  MQTT_URL: url({ protocols: ['mqtt', 'mqtts'] }),
  MQTT_USERNAME: z.string().optional(),
  MQTT_PASSWORD: z.string().optional(),
  MQTT_WINDOW: integer({ min: 1, max: 65_535, default: 1_000 }),
  DIRECT_UPLINKS: z.enum(['plain', 'shared']).default('plain'),
  DIRECT_ENOS: booleanFlag().default(false),
  PRESENCE_FROM: z.enum(['devices', 'emqx']).default('devices'),
  /** Where EMQX tells of its clients, or a rule of it does: without wildcards, `/clients/…` follows. */
  EMQX_EVENTS: z
    .string()
    .regex(/^[^+#]+[^+#/]$/)
    .default(EMQX_EVENTS),
  PRESENCE_LEASE: durationMs().default(300_000),
  RECONNECT_BURST: integer({ min: 1, max: 100_000, default: 200 }),
  RECONNECT_RATE: integer({ min: 1, max: 100_000, default: 500 }),
});

/** The dispatcher's settings; the README says what each is. */
export type DispatcherConfig = Readonly<z.output<typeof schema>>;

/** @throws ConfigError that names every wrong variable */
export function readConfig(): DispatcherConfig {
  return needSecretsKey(loadConfig(schema));
}

/** How devices without a gateway are received. */
export function directUplinks(config: DispatcherConfig): DirectUplinks {
  const { DIRECT_UPLINKS: spread, DIRECT_ENOS: enos, PRESENCE_FROM: from, EMQX_EVENTS: emqxEvents } = config;
  return { spread, enos, ...(from === 'emqx' && { emqxEvents }) };
}
