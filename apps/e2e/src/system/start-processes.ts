import { randomBytes } from 'node:crypto';
import {
  createEmptyDatabase,
  freePort,
  sharedKafka,
  startKafka,
  startMosquitto,
  uniquePrefix,
  type TestKafka,
} from '@downlink/testing';
import { ServiceProcesses } from './service-processes.js';
import { balanceGateways, choosePorts } from './start-gateways.js';
import { FIRST_WAIT_MS, GATEWAY, REPLICAS, type System } from './system.js';

export interface ProcessesOptions {
  /** Whether the system gets a Kafka of its own, which may be killed, or the test run's. */
  readonly ownKafka?: boolean;
  /** Device gateways before the broker; none unless given: then devices come to the broker itself. */
  readonly gateways?: number;
}

/** Starts Mosquitto, a database, and every service from its build; Postgres and, unless asked, Kafka are the test run's. */
export async function startProcesses({
  ownKafka = false,
  gateways: wanted = 0,
}: ProcessesOptions = {}): Promise<System> {
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
    const environment = {
      ...(await ownSettings()),
      DATABASE_URL: database.url,
      KAFKA_BROKERS: (kafka ?? (await sharedKafka())).brokers.join(','),
      MQTT_URL: mosquitto.url,
    };
    const ports = await choosePorts(wanted);
    const replicas = { ...REPLICAS, [GATEWAY]: wanted };
    const fleet = new ServiceProcesses(environment, replicas, (program, n) => (program === GATEWAY ? ports[n]! : {}));
    opened.push(() => fleet.stop());
    await fleet.start();
    if (wanted === 0) return systemOf(fleet, kafka, closeAll);
    const gateways = await balanceGateways(fleet, ports);
    opened.push(() => gateways.close());
    return { ...systemOf(fleet, kafka, closeAll), mqttUrl: gateways.mqttUrl, gateways };
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
