import { spawnSync } from 'node:child_process';
import { environment } from '../environment.js';
import { hiveMqJars } from '../hivemq/hivemq-jars.js';
import { javaIsThere } from '../java/java-is-there.js';
import { kafkaMeans } from '../kafka/kafka-means.js';
import { findProgram } from './find-program.js';

/**
 * What a spec may need beyond Node: `own-kafka` is a Kafka that can be killed, `docker` an engine that answers, `mosquitto-clients` are the
 * shell commands of that name.
 */
export type ServerKind = 'postgres' | 'kafka' | 'own-kafka' | 'mosquitto' | 'mosquitto-clients' | 'hivemq' | 'docker';

const known = new Map<ServerKind, string | undefined>();

/** Why a server cannot be had on this machine, or `undefined` when it can. Looks, but starts nothing; the answer is kept. */
export function missingServer(kind: ServerKind): string | undefined {
  if (!known.has(kind)) known.set(kind, look[kind]());
  return known.get(kind);
}

const look: Record<ServerKind, () => string | undefined> = {
  // It comes with the dependencies; a machine for which there is none shows as a failure, not as a skip.
  postgres: () => undefined,
  kafka: () => (environment.kafkaBrokers().length > 0 ? undefined : look['own-kafka']()),
  'own-kafka': () =>
    kafkaMeans() === undefined
      ? 'Kafka: neither Java 17 with Maven nor a Docker engine with its image; KAFKA_BROKERS is not set'
      : undefined,
  mosquitto: () => (findProgram('mosquitto') === undefined ? 'mosquitto is not installed' : undefined),
  'mosquitto-clients': () =>
    findProgram('mosquitto_sub') === undefined ? 'mosquitto_pub and mosquitto_sub are not installed' : undefined,
  hivemq: () => (javaIsThere() && hiveMqJars.canBeHad ? undefined : 'HiveMQ Community Edition: no Java 17 with Maven'),
  docker: () =>
    spawnSync('docker', ['info'], { timeout: 5000, stdio: 'ignore' }).status === 0
      ? undefined
      : 'no Docker engine answers',
};
