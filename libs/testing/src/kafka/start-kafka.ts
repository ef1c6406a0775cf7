import { randomBytes } from 'node:crypto';
import { freePort } from '../free-port.js';
import { noteOpened } from '../opened.js';
import { reportServer } from '../servers/report-server.js';
import { kafkaMeans } from './kafka-means.js';
import { startKafkaInDocker } from './kafka-in-docker.js';
import { startKafkaInJava } from './kafka-in-java.js';

/** A Kafka of one's own, to be killed and restarted. Topics are not created by use. */
export interface TestKafka {
  brokers: string[];
  version: string;
  /** Ends it at once (SIGKILL); the data stay. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data; it must have been killed. Resolves when it accepts connections (some 5 s). */
  restart(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/**
 * Starts a single-node Kafka (KRaft) on free ports of 127.0.0.1: by Java 17 and Maven, else by Docker where the image is there.
 * Ready in 3–9 s, so specs that do not kill it use `sharedKafka`.
 */
export async function startKafka(): Promise<TestKafka> {
  const ports = { client: await freePort(), controller: await freePort() };
  const means = kafkaMeans();
  if (means === undefined) throw new Error('a Kafka needs Java 17 with Maven, or a Docker engine with its image');
  const node = await (means === 'java' ? startKafkaInJava(ports) : startKafkaInDocker(ports));
  reportServer({ server: 'Apache Kafka', version: node.version, how: node.how });
  const closed = noteOpened(`Kafka on port ${String(ports.client)}`);
  return {
    brokers: [`127.0.0.1:${String(ports.client)}`],
    version: node.version,
    kill: () => node.kill(),
    restart: () => node.start(),
    async stop() {
      await node.stop();
      closed();
    },
  };
}

/** For names of topics and groups: specs share a broker, and do not meet on it. */
export function uniquePrefix(): string {
  return `test-${randomBytes(5).toString('hex')}-`;
}
