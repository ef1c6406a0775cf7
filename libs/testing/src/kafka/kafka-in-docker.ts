import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { eventually } from '../eventually.js';
import { openRunFolder } from '../processes/run-folder.js';
import { KAFKA_IMAGE } from './kafka-means.js';
import { kafkaProperties, type KafkaPorts } from './kafka-properties.js';
import type { KafkaNode } from './kafka-node.js';

const READY_WITHIN_MS = 120_000;

/** The image's own start writes its settings into files that are read-only when the image was built from a read-only checkout. */
const START = 'chmod u+w /etc/kafka/docker/* /opt/kafka/config/*; exec /etc/kafka/docker/run';

/** Starts the broker from the image that is there. */
export async function startKafkaInDocker(ports: KafkaPorts): Promise<KafkaNode> {
  const name = `downlink-test-kafka-${randomBytes(4).toString('hex')}`;
  const properties = kafkaProperties(ports, '/tmp/kafka-logs', '0.0.0.0');
  const env = Object.entries(properties).flatMap(([key, value]) => [
    '-e',
    `KAFKA_${key.toUpperCase().replaceAll('.', '_')}=${value}`,
  ]);
  const port = String(ports.client);
  const folder = openRunFolder('kafka');
  folder.noteContainer(name);
  await docker(
    'run',
    '-d',
    '--name',
    name,
    '-p',
    `127.0.0.1:${port}:${port}`,
    ...env,
    KAFKA_IMAGE,
    'bash',
    '-c',
    START,
  );
  let starts = 1;
  const untilReady = () => eventually(() => hasStarted(name, starts), { withinMs: READY_WITHIN_MS, everyMs: 200 });
  const stop = async () => {
    await docker('rm', '-f', '-v', name);
    folder.remove();
  };
  try {
    await untilReady();
  } catch (reason) {
    await stop();
    throw reason;
  }
  return {
    version: KAFKA_IMAGE.split(':')[1] ?? 'unknown',
    how: 'Docker',
    kill: async () => void (await docker('kill', name)),
    async start() {
      starts += 1;
      await docker('start', name);
      await untilReady();
    },
    stop,
  };
}

async function hasStarted(name: string, starts: number): Promise<void> {
  const { stdout, stderr } = await docker('logs', name);
  const seen = `${stdout}${stderr}`.split('Kafka Server started').length - 1;
  if (seen < starts)
    throw new Error(`the broker in container ${name} is not ready: ${stdout.slice(-500)}${stderr.slice(-500)}`);
}

function docker(...args: string[]) {
  return promisify(execFile)('docker', args, { maxBuffer: 64 * 1024 * 1024 });
}
