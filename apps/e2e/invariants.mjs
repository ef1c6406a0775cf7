import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** `npm run invariants -- …`: builds the checker when it is not built yet, and runs it in this terminal. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const main = `${root}dist/apps/e2e/invariants.js`;

function run(command, args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', process.stderr, 'inherit'] });
  if (status !== 0) process.exit(status ?? 1);
}

if (!existsSync(`${root}node_modules`)) run('npm', ['ci', '--no-audit', '--no-fund']);
if (!existsSync(main)) run(process.execPath, [`${root}node_modules/@nestjs/cli/bin/nest.js`, 'build', 'e2e']);
process.argv.splice(1, 1, main);
await import(main);
