import { execFile } from 'node:child_process';
import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { canConnect } from '../can-connect.js';
import { keep } from '../java/maven-jars.js';
import { openRunFolder, type RunFolder } from '../processes/run-folder.js';
import { startServerProcess } from '../processes/server-process.js';
import { repositoryRoot } from '../repository-root.js';
import { kafkaJars } from './kafka-jars.js';
import { kafkaProperties, propertiesText, type KafkaPorts } from './kafka-properties.js';
import type { KafkaNode } from './kafka-node.js';

/** Any 22 characters of base64 will do; brokers of tests never meet. */
const CLUSTER_ID = 'MkU3OEVBNTcwNTJENDM2Qk';

/** Starts the broker as a JVM with the jars from Maven. */
export async function startKafkaInJava(ports: KafkaPorts): Promise<KafkaNode> {
  const jars = await kafkaJars.fetch();
  const folder = openRunFolder('kafka');
  const data = join(folder.path, 'data');
  const properties = join(folder.path, 'server.properties');
  writeFileSync(properties, propertiesText(kafkaProperties(ports, data)));
  await formatData(jars, properties, data);
  const archive = join(kafkaJars.cache, 'classes.jsa');
  const newArchive = existsSync(archive) ? undefined : join(folder.path, 'classes.jsa');
  const run = () =>
    runBroker({ jars, folder, properties, port: ports.client, archive, ...(newArchive && { newArchive }) });
  let server = await run();
  return {
    version: kafkaJars.version,
    how: 'Java and Maven',
    kill: () => server.end('SIGKILL'),
    async start() {
      server = await run();
    },
    async stop() {
      // The first orderly stop also writes the archive of loaded classes (some seconds), by which later starts take 3 s in place of 6.
      await server.end('SIGTERM', 30_000);
      if (newArchive !== undefined && existsSync(newArchive)) {
        const half = `${archive}.${String(process.pid)}`;
        cpSync(newArchive, half);
        keep(half, archive);
      }
      folder.remove();
    },
  };
}

/** Formatting takes a JVM of its own (1.5 s), and its outcome holds no address: done once, then copied. */
async function formatData(jars: string, properties: string, data: string): Promise<void> {
  const formatted = join(kafkaJars.cache, 'formatted');
  if (!existsSync(formatted)) {
    const args = ['format', '--cluster-id', CLUSTER_ID, '--config', properties];
    await promisify(execFile)('java', [...javaFlags(jars), 'kafka.tools.StorageTool', ...args]);
    const half = `${formatted}.${String(process.pid)}`;
    cpSync(data, half, { recursive: true });
    keep(half, formatted);
  } else {
    cpSync(formatted, data, { recursive: true });
  }
}

function javaFlags(jars: string): string[] {
  return [
    '-Xms256m',
    '-Xmx512m',
    // Suits a small heap on few cores.
    '-XX:+UseSerialGC',
    '-Djava.awt.headless=true',
    `-Dlog4j2.configurationFile=${join(repositoryRoot(), 'libs/testing/kafka/log4j2.properties')}`,
    '-cp',
    join(jars, '*'),
  ];
}

interface Broker {
  jars: string;
  folder: RunFolder;
  properties: string;
  port: number;
  archive: string;
  newArchive?: string;
}

function runBroker({ jars, folder, properties, port, archive, newArchive }: Broker) {
  const classes =
    newArchive === undefined ? [`-XX:SharedArchiveFile=${archive}`] : [`-XX:ArchiveClassesAtExit=${newArchive}`];
  return startServerProcess({
    name: 'kafka',
    command: 'java',
    args: [...classes, '-Xlog:cds=off', ...javaFlags(jars), 'kafka.Kafka', properties],
    folder,
    cwd: folder.path,
    ready: async (log) => {
      if (!log.includes('Kafka Server started')) throw new Error('not ready');
      await canConnect(port);
    },
  });
}
