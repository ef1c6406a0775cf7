import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `npm start`: from a bare clone to a running installation. Installs and builds only what is missing or older than its source. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const main = join(root, 'dist/apps/standalone/main.js');

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Downlink needs Node.js 20.19 or newer; this is ${process.versions.node}`);
  process.exit(1);
}

function run(what, command, args) {
  console.log(`${what} …`);
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error(`${what} failed${error ? `: ${error.message}` : ''}`);
    process.exit(status ?? 1);
  }
}

const changedAt = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);

function newestIn(folder) {
  const times = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|json)$/.test(entry.name))
    .map((entry) => changedAt(join(entry.parentPath ?? entry.path, entry.name)));
  return Math.max(0, ...times);
}

if (changedAt(join(root, 'node_modules/.package-lock.json')) < changedAt(join(root, 'package-lock.json'))) {
  run('installing packages', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}
const sources = Math.max(
  newestIn(join(root, 'libs')),
  newestIn(join(root, 'apps')),
  changedAt(join(root, 'package-lock.json')),
);
if (changedAt(main) < sources) run('building', 'npx', ['nest', 'build', 'standalone']);

process.chdir(root);
await import(main);
