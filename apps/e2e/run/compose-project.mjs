import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { root } from './run-program.mjs';

const FILES = ['docker-compose.yml', 'apps/e2e/compose.e2e.yml'].flatMap((file) => ['-f', join(root, file)]);

/** A Compose project of one's own, which meets no other on this machine. Never pulls: what is missing is an error. */
export function openProject(name, env) {
  const options = { cwd: root, env: { ...process.env, ...env } };
  const compose = (...args) => ['compose', '-p', name, ...FILES, ...args];
  const run = (...args) =>
    new Promise((resolve) => {
      const child = spawn('docker', compose(...args), { ...options, stdio: ['ignore', 'inherit', 'inherit'] });
      child.once('error', (reason) => {
        console.error(String(reason));
        resolve(1);
      });
      child.once('exit', (code) => resolve(code ?? 1));
    });
  return {
    name,
    /** Builds the image and starts everything; true when all of it is healthy. */
    async up(scale) {
      const scaled = Object.entries(scale).flatMap(([service, count]) => ['--scale', `${service}=${count}`]);
      return (await run('up', '-d', '--build', '--wait', '--wait-timeout', '300', '--quiet-pull', ...scaled)) === 0;
    },
    /** Ends and removes containers, networks and volumes. */
    down: () => run('down', '-v', '--remove-orphans', '--timeout', '30'),
    read: (...args) => spawnSync('docker', compose(...args), { ...options, encoding: 'utf8', maxBuffer: 2 ** 27 }),
  };
}

/** Prints the state of the containers, and the last words of those that are not well. */
export async function describeTrouble(project) {
  const { stdout } = project.read('ps', '-a', '--format', 'json');
  const containers = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  for (const { Name, State, Health, ExitCode } of containers) {
    console.log(`${Name}: ${State} ${Health}${State === 'exited' ? ` with ${ExitCode}` : ''}`);
  }
  const unwell = containers.filter(({ State, Health }) => State !== 'running' || Health !== 'healthy');
  for (const { Name } of unwell) {
    console.log(`\n── the last lines of ${Name} ──`);
    const { stdout: out, stderr } = spawnSync('docker', ['logs', '--tail', '60', Name], { encoding: 'utf8' });
    console.log(out + stderr);
  }
}

/** Ports of the loopback address that nobody uses at this moment. */
export async function freePorts(count) {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise((resolve, reject) => {
          const server = createServer();
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
