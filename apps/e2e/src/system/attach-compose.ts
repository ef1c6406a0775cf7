import { execFile } from 'node:child_process';
import { createServer, connect } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { promisify } from 'node:util';
import { eventually } from '@downlink/testing';
import type { ComposeTarget } from '../config.js';
import type { System } from './system.js';

const run = promisify(execFile);

/** Attaches to the containers that `npm run test:compose` has brought up. */
export function attachCompose(target: ComposeTarget): System {
  const doors: Server[] = [];
  const docker = async (...args: string[]): Promise<string> =>
    (await run('docker', args, { maxBuffer: 2 ** 26 })).stdout;
  const compose = (...args: string[]): Promise<string> => docker('compose', '-p', target.project, ...args);
  const killAndRestart = async (service: string): Promise<void> => {
    const [container] = (await compose('ps', '-q', service)).trim().split('\n');
    if (!container) throw new Error(`no container of ${service} is running`);
    await docker('kill', container);
    await docker('start', container);
    await eventually(
      async () => {
        const health = (await docker('inspect', '-f', '{{.State.Health.Status}}', container)).trim();
        if (health !== 'healthy') throw new Error(`${service} is ${health}`);
      },
      { withinMs: 120_000, everyMs: 500 },
    );
  };
  return {
    target: 'compose',
    apiUrl: target.apiUrl,
    adminKey: target.adminKey,
    mqttUrl: target.mqttUrl,
    databaseUrl: target.databaseUrl,
    async reachable(port) {
      const door = await openDoor(port);
      doors.push(door);
      return `http://${target.receiverHost}:${(door.address() as AddressInfo).port}`;
    },
    killAndRestart,
    killAndRestartKafka: () => killAndRestart('kafka'),
    logs: () => compose('logs', '--no-color', 'command-api', 'dispatcher', 'scheduler', 'notifier', 'device-gateway'),
    async stop() {
      await Promise.all(doors.map((door) => new Promise<void>((resolve) => door.close(() => resolve()))));
    },
  };
}

/** Receivers listen on the loopback address only, where no container gets: this passes connections on to them. */
async function openDoor(port: number): Promise<Server> {
  const door = createServer((outside) => {
    const inside = connect({ host: '127.0.0.1', port });
    outside.pipe(inside).pipe(outside);
    outside.on('error', () => inside.destroy());
    inside.on('error', () => outside.destroy());
    outside.on('close', () => inside.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    door.once('error', reject);
    door.listen(0, '0.0.0.0', resolve);
  });
  return door;
}
