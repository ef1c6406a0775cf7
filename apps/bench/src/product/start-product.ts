import { randomBytes } from 'node:crypto';
import { freePort, startProcess, type TestProcess } from '@downlink/testing';
import { createDatabase } from '../bare/bare-target.js';
import type { Target } from '../load/target.js';
import { entryOf, stopAll } from '../processes.js';
import type { Servers } from '../servers.js';

export type Service = 'command-api' | 'dispatcher' | 'scheduler' | 'notifier';

export interface ProductOptions {
  /** Devices to register, with ids device-0 … */
  readonly devices: number;
  readonly services: readonly Service[];
  /** Database and topic prefix of this run. */
  readonly name: string;
}

export interface Product {
  readonly deviceIds: readonly string[];
  /** Huawei's create call, logged in. */
  target(): Promise<Target>;
  stop(): Promise<void>;
}

const APPLICATION = { id: 'bench', secret: 'bench-secret' };
const PROVISION_SLICE = 400; // a declaration of 400 devices stays below the body limit of 64 KiB

/** Starts the services as separate processes, as they are built for production, and provisions the devices. */
export async function startProduct(servers: Servers, options: ProductOptions): Promise<Product> {
  const databaseUrl = await createDatabase(servers, options.name);
  const adminKey = randomBytes(24).toString('base64url');
  const port = await freePort();
  const common = {
    DATABASE_URL: databaseUrl,
    SECRETS_KEY: randomBytes(32).toString('base64'),
    KAFKA_BROKERS: servers.kafka.brokers.join(','),
    TOPIC_PREFIX: options.name,
    MQTT_URL: servers.mosquitto.url,
    LOG_LEVEL: 'info',
  };
  const processes: TestProcess[] = [];
  for (const service of options.services) {
    const own =
      service === 'command-api'
        ? { PORT: String(port), HOST: '127.0.0.1', ADMIN_KEY: adminKey }
        : { OPERATIONS_PORT: String(await freePort()) };
    processes.push(
      await startProcess({ name: service, script: entryOf(service), env: { ...common, ...own }, ready: /ready/ }),
    );
  }
  const base = `http://127.0.0.1:${port}`;
  const deviceIds = Array.from({ length: options.devices }, (_, n) => `device-${n}`);
  await provision(base, adminKey, deviceIds);
  return { deviceIds, target: () => login(base), stop: () => stopAll(processes.toReversed()) };
}

async function provision(base: string, adminKey: string, deviceIds: readonly string[]): Promise<void> {
  const apply = async (declaration: object): Promise<void> => {
    const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' };
    const response = await fetch(`${base}/v1/provision`, {
      method: 'POST',
      headers,
      body: JSON.stringify(declaration),
    });
    if (!response.ok) throw new Error(`provisioning failed: ${response.status} ${await response.text()}`);
  };
  await apply({
    applications: [{ id: APPLICATION.id, name: 'Bench', huawei: { secret: APPLICATION.secret } }],
    products: [{ key: 'bench', application: APPLICATION.id, wireFormat: 'native' }],
  });
  for (let from = 0; from < deviceIds.length; from += PROVISION_SLICE) {
    const slice = deviceIds.slice(from, from + PROVISION_SLICE);
    await apply({
      devices: slice.map((id) => ({ id, application: APPLICATION.id, product: 'bench', activated: true })),
    });
  }
}

async function login(base: string): Promise<Target> {
  const body = new URLSearchParams({ appId: APPLICATION.id, secret: APPLICATION.secret });
  const response = await fetch(`${base}/iocm/app/sec/v1.1.0/login`, { method: 'POST', body });
  const { accessToken } = (await response.json()) as { accessToken?: string };
  if (accessToken === undefined) throw new Error(`login failed: ${response.status}`);
  return {
    name: 'downlink',
    url: `${base}/iocm/app/cmd/v1.4.0/deviceCommands`,
    headers: { app_key: APPLICATION.id, authorization: `Bearer ${accessToken}` },
  };
}
