import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** `npm run bench -- [accept] [round-trip] [--json FILE] [--seconds N]`: builds what it measures, then measures it. */
const root = fileURLToPath(new URL('../..', import.meta.url));

function run(command, args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

if (!existsSync(`${root}node_modules`)) run('npm', ['ci']);
for (const app of ['command-api', 'dispatcher', 'scheduler', 'notifier', 'device-gateway', 'simulator', 'bench'])
  run('npx', ['nest', 'build', app]);
run(process.execPath, ['dist/apps/bench/main.js', ...process.argv.slice(2)]);
