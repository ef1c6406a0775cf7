import { randomBytes } from 'node:crypto';
import {
  freePort,
  startKafka,
  startMosquitto,
  startPostgres,
  type TestKafka,
  type TestMosquitto,
  type TestPostgres,
} from '@downlink/testing';
import { LogWatch } from '@downlink/store-postgres';
import { httpCall } from '../steps/http-call.js';
import { SimulatedDevices } from '../steps/simulated-devices.js';
import { ServiceProcesses } from '../system/service-processes.js';
import type { Program } from '../system/system.js';
import { ApiClient } from './api-client.js';
import { chooseDevices, mixDevices } from './device-mix.js';
import { OpenLoad } from './open-load.js';
import { WebhookSink } from './webhook-sink.js';

const REPLICAS = { 'command-api': 2, dispatcher: 2, scheduler: 2, notifier: 2 } as const;

export interface WorldOptions {
  /** Commands a second. */
  readonly rate: number;
  readonly devices: number;
  readonly random: () => number;
}

/** Everything: servers of its own, the services, devices, an application under way. */
export interface FaultWorld {
  readonly postgres: TestPostgres;
  readonly kafka: TestKafka;
  readonly mosquitto: TestMosquitto;
  readonly services: ServiceProcesses;
  readonly devices: SimulatedDevices;
  readonly sink: WebhookSink;
  readonly client: ApiClient;
  readonly load: OpenLoad;
  readonly watch: LogWatch;
  /** Ends all of it, whatever state it is in. */
  close(): Promise<void>;
}

/** Starts all of it; the load has not begun yet. */
export async function openWorld(options: WorldOptions): Promise<FaultWorld> {
  const opened: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const end of opened.splice(0).reverse()) await end().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('\n'));
  };
  const open = async <T extends object>(thing: Promise<T>, end: (thing: T) => unknown): Promise<T> => {
    const it = await thing;
    opened.push(async () => end(it));
    return it;
  };
  try {
    const postgres = await open(startPostgres({ settings: { max_connections: '300' } }), (it) => it.stop());
    const kafka = await open(startKafka(), (it) => it.stop());
    const mosquitto = await open(startMosquitto({ persistence: true }), (it) => it.stop());
    const sink = await open(openSink(), (it) => it.close());
    const api = { adminKey: randomBytes(24).toString('base64url'), ports: [await freePort(), await freePort()] };
    const services = new ServiceProcesses(
      environmentOf({ postgres, kafka, mosquitto }, api.adminKey),
      REPLICAS,
      (service, n) => ownOf(service, api.ports[n]!),
    );
    opened.push(() => services.stop());
    await services.start();
    const urls = api.ports.map((port) => `http://127.0.0.1:${port}`);
    const { key, mixed } = await provision(urls[0]!, api.adminKey, options.devices);
    const devices = await open(connectDevices(mosquitto.url, mixed), async (it) => {
      await it.disconnect();
      it.remove();
    });
    const client = new ApiClient(urls, key);
    opened.push(() => client.close());
    const { rate, random } = options;
    const load = new OpenLoad({
      client,
      rate,
      random,
      callbackUrl: sink.url,
      chooseDevice: chooseDevices(mixed, rate, random),
    });
    opened.push(async () => load.abandon());
    const watch = new LogWatch(postgres.url);
    return { postgres, kafka, mosquitto, services, devices, sink, client, load, watch, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openSink(): Promise<WebhookSink> {
  const sink = new WebhookSink();
  await sink.open();
  return sink;
}

async function connectDevices(mqttUrl: string, mixed: ReturnType<typeof mixDevices>): Promise<SimulatedDevices> {
  const devices = new SimulatedDevices({ mqttUrl });
  await devices.connectFleet(mixed);
  return devices;
}

type Servers = Pick<FaultWorld, 'postgres' | 'kafka' | 'mosquitto'>;

/** Waits and schedules are short, so that what a fault has delayed is over soon after it. */
function environmentOf({ postgres, kafka, mosquitto }: Servers, adminKey: string): Record<string, string> {
  return {
    DATABASE_URL: postgres.url,
    KAFKA_BROKERS: kafka.brokers.join(','),
    MQTT_URL: mosquitto.url,
    TOPIC_PREFIX: 'downlink',
    SECRETS_KEY: randomBytes(32).toString('base64'),
    ADMIN_KEY: adminKey,
    FIRST_WAIT: '3s',
    ANSWER_WITHIN: '15s',
    WEBHOOK_TIMEOUT: '5s',
    WEBHOOK_SCHEDULE: '0s,1s,2s,4s,8s,8s,8s,8s,15s,15s,15s,30s,30s,30s',
    LOG_LEVEL: 'info',
    HOST: '127.0.0.1',
  };
}

/** The replicas of the API share no port, and keep theirs over a restart. */
function ownOf(service: Program, port: number): Record<string, string> {
  return service === 'command-api' ? { PORT: String(port) } : {};
}

async function provision(apiUrl: string, adminKey: string, count: number) {
  const id = `app-${randomBytes(4).toString('hex')}`;
  const key = randomBytes(24).toString('hex');
  const mixed = mixDevices(count, id);
  const product = `${id}-native`;
  const declaration = {
    applications: [{ id, native: { key } }],
    products: [{ key: product, application: id, wireFormat: 'native' }],
    devices: mixed.map((device) => ({ id: device.id, application: id, product, secret: 'none' })),
  };
  const answer = await httpCall(`${apiUrl}/v1/provision`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(declaration),
  });
  if (answer.status !== 200) throw new Error(`provisioning answered ${answer.status}: ${answer.text}`);
  return { key, mixed };
}
