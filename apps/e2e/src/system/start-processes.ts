import { existsSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import {
  createEmptyDatabase,
  freePort,
  sharedKafka,
  startKafka,
  startMosquitto,
  startProcess,
  uniquePrefix,
  type TestKafka,
  type TestProcess,
} from '@downlink/testing';
import { hideFromServices } from '../config.js';
import { FIRST_WAIT_MS, REPLICAS, SERVICES, type Service, type System } from './system.js';

export interface ProcessesOptions {
  /** Whether the system gets a Kafka of its own, which may be killed, or the test run's. */
  readonly ownKafka?: boolean;
}

/** Starts Mosquitto, a database, and every service from its build; Postgres and, unless asked, Kafka are the test run's. */
export async function startProcesses({ ownKafka = false }: ProcessesOptions = {}): Promise<System> {
  const opened: (() => Promise<unknown>)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of opened.splice(0).reverse()) await close();
  };
  try {
    const database = await createEmptyDatabase();
    opened.push(() => database.drop());
    const kafka = ownKafka ? await startKafka() : undefined;
    opened.push(async () => kafka?.stop());
    const mosquitto = await startMosquitto({ persistence: true, settings: ['max_inflight_messages 500'] });
    opened.push(() => mosquitto.stop());
    const fleet = new ServiceProcesses({
      ...(await ownSettings()),
      DATABASE_URL: database.url,
      KAFKA_BROKERS: (kafka ?? (await sharedKafka())).brokers.join(','),
      MQTT_URL: mosquitto.url,
    });
    opened.push(() => fleet.stop());
    await fleet.start();
    return systemOf(fleet, kafka, closeAll);
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function ownSettings(): Promise<Record<string, string>> {
  return {
    TOPIC_PREFIX: uniquePrefix().replace(/-$/, ''),
    SECRETS_KEY: randomBytes(32).toString('base64'),
    ADMIN_KEY: randomBytes(24).toString('base64url'),
    FIRST_WAIT: `${FIRST_WAIT_MS}ms`,
    LOG_LEVEL: 'info',
    HOST: '127.0.0.1',
    PORT: String(await freePort()),
  };
}

function systemOf(fleet: ServiceProcesses, kafka: TestKafka | undefined, stop: () => Promise<void>): System {
  const setting = (name: string): string => fleet.environment[name]!;
  return {
    target: 'processes',
    apiUrl: `http://127.0.0.1:${setting('PORT')}`,
    adminKey: setting('ADMIN_KEY'),
    mqttUrl: setting('MQTT_URL'),
    databaseUrl: setting('DATABASE_URL'),
    reachable: async (port) => `http://127.0.0.1:${port}`,
    killAndRestart: (service) => fleet.killAndRestart(service),
    async killAndRestartKafka() {
      if (kafka === undefined) throw new Error('this Kafka is the whole test run’s');
      await kafka.kill();
      await kafka.restart();
    },
    logs: async () => fleet.logs(),
    stop,
  };
}

/** Seven processes start at once, on machines of two cores. */
const READY_WITHIN_MS = 120_000;

class ServiceProcesses {
  private running: { service: Service; process: TestProcess }[] = [];
  private readonly ended: string[] = [];

  constructor(readonly environment: Readonly<Record<string, string>>) {}

  async start(): Promise<void> {
    hideFromServices();
    const replicas = SERVICES.flatMap((service) => Array.from({ length: REPLICAS[service] }, () => service));
    const started = await Promise.allSettled(replicas.map((service) => this.startOne(service)));
    const failures = started.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
    if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('\n'));
  }

  /** The oldest replica, so that repeated calls go round. */
  async killAndRestart(service: Service): Promise<void> {
    const index = this.running.findIndex((entry) => entry.service === service);
    const [entry] = this.running.splice(index, 1);
    await entry!.process.kill();
    this.ended.push(entry!.process.log());
    await this.startOne(service);
  }

  logs(): string {
    return [...this.ended, ...this.running.map(({ process }) => process.log())].join('\n');
  }

  async stop(): Promise<void> {
    const how = await Promise.all(
      this.running.map(async ({ process }) => [process.name, await process.stop()] as const),
    );
    const disorderly = how.filter(([, code]) => code !== 0).map(([name, code]) => `${name} ended with ${code}`);
    if (disorderly.length > 0) throw new Error(`${disorderly.join(', ')}\n${this.logs().slice(-4_000)}`);
  }

  private async startOne(service: Service): Promise<void> {
    const script = `dist/apps/${service}/main.js`;
    if (!existsSync(script)) throw new Error(`${script} is missing: npm run build`);
    const process = await startProcess({
      name: service,
      script,
      env: { ...this.environment, OPERATIONS_PORT: String(await freePort()) },
      ready: /"ready"/,
      readyWithinMs: READY_WITHIN_MS,
    });
    this.running.push({ service, process });
  }
}
