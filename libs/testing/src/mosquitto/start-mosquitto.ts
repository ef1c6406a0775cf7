import { rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { canConnect } from '../can-connect.js';
import { freePort } from '../free-port.js';
import { noteOpened } from '../opened.js';
import { openRunFolder, type RunFolder } from '../processes/run-folder.js';
import { startServerProcess } from '../processes/server-process.js';
import { findProgram } from '../servers/find-program.js';
import { reportServer } from '../servers/report-server.js';

export interface MosquittoOptions {
  port?: number;
  /** Keeps sessions and queued messages over a stop, and (saved every second) most of them over a kill. Off by default. */
  persistence?: boolean;
  /** Further lines of its configuration file. */
  settings?: string[];
}

/** A Mosquitto of one's own; it speaks MQTT 3.1.1 and 5. */
export interface TestMosquitto {
  /** `mqtt://127.0.0.1:port` */
  url: string;
  port: number;
  version: string;
  /** Of the process that runs now. */
  readonly pid: number;
  log(): string;
  /** Ends it at once (SIGKILL). */
  kill(): Promise<void>;
  /** Removes what persistence has kept, as a broker that came back on another disk; it must have been killed. */
  forget(): void;
  /** Starts it again on the same port; it must have been killed. */
  restart(): Promise<void>;
  /** Ends it in order and removes its folder. */
  stop(): Promise<void>;
}

/** Starts the installed `mosquitto` on a free port of 127.0.0.1, ready in some 50 ms. Throws where it is not installed. */
export async function startMosquitto(options: MosquittoOptions = {}): Promise<TestMosquitto> {
  const command = findProgram('mosquitto');
  if (command === undefined) throw new Error('mosquitto is not installed');
  const folder = openRunFolder('mosquitto');
  const port = options.port ?? (await freePort());
  const configuration = join(folder.path, 'mosquitto.conf');
  writeFileSync(configuration, configurationOf(options, port, folder));
  const run = () =>
    startServerProcess({
      name: 'mosquitto',
      command,
      args: ['-c', configuration],
      folder,
      ready: async (log) => {
        if (!/mosquitto version \S+ running/.test(log)) throw new Error('not ready');
        await canConnect(port);
      },
    });
  let server = await run();
  const version = /mosquitto version (\S+) running/.exec(server.log())?.[1] ?? 'unknown';
  reportServer({ server: 'Mosquitto', version, how: command });
  const closed = noteOpened(`mosquitto on port ${String(port)}`);
  return {
    url: `mqtt://127.0.0.1:${String(port)}`,
    port,
    version,
    get pid() {
      return server.pid;
    },
    log: () => server.log(),
    kill: () => server.end('SIGKILL'),
    forget: () => rmSync(join(folder.path, 'mosquitto.db'), { force: true }),
    async restart() {
      server = await run();
    },
    async stop() {
      await server.end('SIGTERM');
      folder.remove();
      closed();
    },
  };
}

function configurationOf(options: MosquittoOptions, port: number, folder: RunFolder): string {
  return [
    `listener ${String(port)} 127.0.0.1`,
    'allow_anonymous true',
    // Defaults are 20 in flight and 1,000 queued per client: a burst of a test would be dropped without a word.
    'max_inflight_messages 500',
    'max_queued_messages 100000',
    'set_tcp_nodelay true',
    'log_dest stderr',
    // Started by root it would become another user, who may not write to our folder.
    ...(userInfo().uid === 0 ? ['user root'] : []),
    ...(options.persistence === true
      ? ['persistence true', `persistence_location ${folder.path}/`, 'autosave_interval 1']
      : ['persistence false']),
    ...(options.settings ?? []),
    '',
  ].join('\n');
}
