import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** `npm run simulate -- …`: builds the simulator when it is not built yet, and runs it in this terminal. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const main = `${root}dist/apps/simulator/main.js`;

function run(command, args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

if (!existsSync(`${root}node_modules`)) run('npm', ['ci']);
if (!existsSync(main)) run('npx', ['nest', 'build', 'simulator']);
process.chdir(root);
process.argv.splice(1, 1, main);
await import(main);
