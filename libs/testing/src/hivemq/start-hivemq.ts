import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canConnect } from '../can-connect.js';
import { freePort } from '../free-port.js';
import { noteOpened } from '../opened.js';
import { openRunFolder, type RunFolder } from '../processes/run-folder.js';
import { startServerProcess } from '../processes/server-process.js';
import { reportServer } from '../servers/report-server.js';
import { hiveMqJars } from './hivemq-jars.js';
import { hiveMqConfiguration, START_SCRIPT } from './hivemq-settings.js';

export interface HiveMqOptions {
  port?: number;
  /** Keeps sessions and queued messages over a kill. Off by default. */
  persistence?: boolean;
  /** Messages without PUBACK that a client may have under way towards the broker. HiveMQ's default is 10. */
  receiveMaximum?: number;
}

/** A HiveMQ of one's own: the MQTT 5 broker that tells 0x10 and whose family runs in clusters. Everybody may log in. */
export interface TestHiveMq {
  /** `mqtt://127.0.0.1:port` */
  url: string;
  port: number;
  version: string;
  log(): string;
  /** Ends it at once (SIGKILL). */
  kill(): Promise<void>;
  /** Starts it again on the same port; it must have been killed. */
  restart(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 120_000;

/**
 * Starts HiveMQ Community Edition on a free port of 127.0.0.1, ready in some 2 s: a spec file starts one for all its tests. The
 * jars come from Maven the first time. Throws where Java 17 or Maven is missing.
 */
export async function startHiveMq(options: HiveMqOptions = {}): Promise<TestHiveMq> {
  const jars = await hiveMqJars.fetch();
  const folder = openRunFolder('hivemq');
  const port = options.port ?? (await freePort());
  prepareHome(folder, hiveMqConfiguration({ ...options, port }));
  let server = await run(jars, folder, port);
  reportServer({ server: 'HiveMQ Community Edition', version: hiveMqJars.version, how: 'Java and Maven' });
  const closed = noteOpened(`HiveMQ on port ${String(port)}`);
  return {
    url: `mqtt://127.0.0.1:${String(port)}`,
    port,
    version: hiveMqJars.version,
    log: () => server.log(),
    kill: () => server.end('SIGKILL'),
    async restart() {
      server = await run(jars, folder, port);
    },
    async stop() {
      // Its orderly end takes 5 s, and its folder goes anyhow.
      await server.end('SIGKILL');
      folder.remove();
      closed();
    },
  };
}

function prepareHome(folder: RunFolder, configuration: string): void {
  for (const name of ['conf', 'data', 'log', 'extensions']) mkdirSync(join(folder.path, name));
  writeFileSync(join(folder.path, 'conf', 'config.xml'), configuration);
  writeFileSync(join(folder.path, 'start.js'), START_SCRIPT);
}

function run(jars: string, folder: RunFolder, port: number) {
  const classPath = ['-cp', join(jars, '*')];
  const home = `-Dhivemq.home=${folder.path}`;
  return startServerProcess({
    name: 'hivemq',
    command: 'java',
    args: [...JVM, home, ...classPath, 'org.openjdk.nashorn.tools.Shell', join(folder.path, 'start.js')],
    folder,
    cwd: folder.path,
    readyWithinMs: READY_WITHIN_MS,
    ready: async (log) => {
      if (!log.includes('Started HiveMQ in')) throw new Error('not ready');
      await canConnect(port);
    },
  });
}

/** The packages that the broker's own start script opens; a small heap; the quick compiler only, which halves the time to start. */
const JVM = [
  '-Xmx384m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Djava.awt.headless=true',
  '-Djava.net.preferIPv4Stack=true',
  ...['java.lang', 'java.nio', 'sun.nio.ch'].map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`),
  '--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED',
  '--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED',
];
