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
import { DEFAULT_GATEWAY_LIMITS as DEFAULTS, type GatewayLimits, type UpstreamBroker } from '@downlink/southbound-mqtt';
import { z } from 'zod';
import type { TlsSettings } from './device-listeners.js';

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
  CONNECT_RATE: integer({ min: 1, max: 1_000_000, default: DEFAULTS.connectsPerSecond }),
  CONNECT_BURST: integer({ min: 1, max: 1_000_000, default: DEFAULTS.connectBurst }),
  CONNECT_TIMEOUT: durationMs().default(DEFAULTS.connectTimeoutMs),
  /** `hidden` behind a load balancer that shows its own address for everybody's. */
  DEVICE_ADDRESSES: z.enum(['shown', 'hidden'], { error: 'expected shown or hidden' }).default('shown'),
  MAX_CONNECTIONS: integer({ min: 1, max: 1_000_000, default: DEFAULTS.maxConnections }),
  MAX_PACKET_BYTES: integer({ min: 1_024, max: 268_435_455, default: DEFAULTS.maxPacketBytes }),
  MAX_IN_FLIGHT: integer({ min: 1, max: 65_535, default: DEFAULTS.maxInFlight }),
  MAX_SUBSCRIPTIONS: integer({ min: 1, max: 10_000, default: DEFAULTS.maxSubscriptions }),
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

/** TLS on the device side, where a port for it is given; `readConfig` has seen to the files being named. */
export function tlsSettings(config: DeviceGatewayConfig): TlsSettings | undefined {
  const { MQTTS_PORT, TLS_CERT, TLS_KEY, TLS_CLIENT_CA } = config;
  if (MQTTS_PORT === undefined || TLS_CERT === undefined || TLS_KEY === undefined) return undefined;
  return {
    port: MQTTS_PORT,
    cert: TLS_CERT,
    key: TLS_KEY,
    ...(TLS_CLIENT_CA !== undefined && { clientCa: TLS_CLIENT_CA }),
    clientCertificateRequired: config.TLS_CLIENT_REQUIRED,
    reloadEveryMs: config.TLS_RELOAD,
  };
}

export function gatewayLimits(config: DeviceGatewayConfig): Partial<GatewayLimits> {
  return {
    connectsPerSecond: config.CONNECT_RATE,
    connectBurst: config.CONNECT_BURST,
    connectTimeoutMs: config.CONNECT_TIMEOUT,
    maxConnections: config.MAX_CONNECTIONS,
    maxPacketBytes: config.MAX_PACKET_BYTES,
    maxInFlight: config.MAX_IN_FLIGHT,
    maxSubscriptions: config.MAX_SUBSCRIPTIONS,
  };
}

/** The account at the broker behind, for the gateway's own connection and for those that it opens for devices. */
export function brokerAccount(config: DeviceGatewayConfig): { readonly username?: string; readonly password?: string } {
  const { MQTT_USERNAME, MQTT_PASSWORD } = config;
  return {
    ...(MQTT_USERNAME !== undefined && { username: MQTT_USERNAME }),
    ...(MQTT_PASSWORD !== undefined && { password: MQTT_PASSWORD }),
  };
}

export function upstreamBroker(config: DeviceGatewayConfig): UpstreamBroker {
  const { protocol, hostname, port: given } = new URL(config.MQTT_URL);
  const secure = protocol === 'mqtts:';
  return {
    // IPv6 addresses stand in brackets in a URL, and without them where one connects.
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: given === '' ? (secure ? 8883 : 1883) : Number(given),
    ...(secure && { tls: {} }),
    ...brokerAccount(config),
  };
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
