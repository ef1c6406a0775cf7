import { ConfigError, integer, loadConfig, port, processSettings } from '@downlink/runtime';
import { z } from 'zod';

const schema = z.object({
  ...processSettings,
  LOG_LEVEL: processSettings.LOG_LEVEL.default('warn'),
  LOG_FORMAT: processSettings.LOG_FORMAT.default('line'),
  PORT: port().default(3000),
  HOST: z.string().default('127.0.0.1'),
  HTTPS_PORT: port().optional(),
  TLS_CERT: z.string().optional(),
  TLS_KEY: z.string().optional(),
  MQTT_PORT: port().default(1883),
  MQTTS_PORT: port().optional(),
  DATA_DIR: z.string().default('.downlink'),
  SIMULATED_DEVICES: integer({ min: 0, max: 1_000, default: 1 }),
  PROVISION: z.string().optional(),
  /** 0: for ever. */
  RETENTION_DAYS: integer({ min: 0, max: 3_650, default: 30 }),
});

/** Standalone's settings; the README says what each is. */
export type StandaloneConfig = Readonly<z.output<typeof schema>>;

/** @throws ConfigError that names every wrong variable */
export function readConfig(): StandaloneConfig {
  const config = loadConfig(schema);
  if ((config.TLS_CERT === undefined) === (config.TLS_KEY === undefined)) return config;
  const variable = config.TLS_CERT === undefined ? 'TLS_CERT' : 'TLS_KEY';
  throw new ConfigError([{ variable, problem: 'TLS_CERT and TLS_KEY are needed both or neither' }]);
}
