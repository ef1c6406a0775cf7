import {
  booleanFlag,
  ConfigError,
  durationMs,
  integer,
  loadConfig,
  port,
  processSettings,
  url,
  type ConfigProblem,
  type Environment,
} from '@downlink/runtime';
import { provisionSettings, secretsKey } from '@downlink/provisioning';
import { z } from 'zod';

const schema = z.object({
  ...processSettings,
  OPERATIONS_PORT: port().default(9090),
  HOST: z.string().optional(),
  /** `off` where devices come over TLS only. */
  MQTT_PORT: z
    .union([z.literal('off'), port()], { error: 'expected a port number from 0 to 65535, or off' })
    .default(1883),
  MQTTS_PORT: port().optional(),
  /** PEM files. */
  TLS_CERT: z.string().optional(),
  TLS_KEY: z.string().optional(),
  /** Whose client certificates are believed; without it none is asked for. */
  TLS_CLIENT_CA: z.string().optional(),
  TLS_CLIENT_REQUIRED: booleanFlag().default(false),
  /** How often the files are looked at. */
  TLS_RELOAD: durationMs().default(10_000),
  MQTT_URL: url({ protocols: ['mqtt', 'mqtts'] }),
  MQTT_USERNAME: z.string().optional(),
  MQTT_PASSWORD: z.string().optional(),
  DATABASE_URL: url({ protocols: ['postgres', 'postgresql'] }),
  DATABASE_POOL: integer({ min: 1, max: 200, default: 4 }),
  SECRETS_KEY: secretsKey(),
  ...provisionSettings,
  CONNECT_RATE: integer({ min: 1, max: 1_000_000, default: 500 }),
  CONNECT_BURST: integer({ min: 1, max: 1_000_000, default: 1_000 }),
  CONNECT_TIMEOUT: durationMs().default(10_000),
  MAX_CONNECTIONS: integer({ min: 1, max: 1_000_000, default: 50_000 }),
  MAX_PACKET_BYTES: integer({ min: 1_024, max: 268_435_455, default: 131_072 }),
  MAX_IN_FLIGHT: integer({ min: 1, max: 65_535, default: 100 }),
  MAX_SUBSCRIPTIONS: integer({ min: 1, max: 10_000, default: 20 }),
});

/** The gateway's settings; the README says what each is. */
export type DeviceGatewayConfig = Readonly<z.output<typeof schema>>;

/** Reads the process's own environment unless another is given. @throws ConfigError that names every wrong variable */
export function readConfig(env?: Environment): DeviceGatewayConfig {
  const config = loadConfig(schema, env);
  const problems = tlsProblems(config);
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

function tlsProblems(config: DeviceGatewayConfig): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (config.MQTTS_PORT !== undefined) {
    for (const variable of ['TLS_CERT', 'TLS_KEY'] as const) {
      if (config[variable] === undefined) problems.push({ variable, problem: 'is needed with MQTTS_PORT' });
    }
  } else if (config.MQTT_PORT === 'off') {
    problems.push({ variable: 'MQTT_PORT', problem: 'is off, and there is no MQTTS_PORT for devices to come to' });
  }
  if (config.TLS_CLIENT_REQUIRED && config.TLS_CLIENT_CA === undefined) {
    problems.push({ variable: 'TLS_CLIENT_CA', problem: 'is needed with TLS_CLIENT_REQUIRED' });
  }
  return problems;
}
