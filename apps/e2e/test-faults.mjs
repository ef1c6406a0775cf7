/**
 * `npm run test:faults -- [options]`: the whole system under load while its parts are killed, frozen and lied to about the time; a table
 * of what each fault did. Never hangs: after its time it is ended, and whatever it left behind is removed. The last line is the sum.
 */
import { spawn, spawnSync } from 'node:child_process';
import { buildApps } from './run/build-apps.mjs';
import { installIfNeeded } from './run/install.mjs';
import { root } from './run/run-program.mjs';

const TYPESCRIPT = ['--import', './libs/testing/jest/typescript.mjs'];
const GRACE_MS = 120_000;
/** Fifteen faults of at most 10 minutes each, which they take only when nothing works. */
const DEFAULT_MINUTES = 150;

await installIfNeeded();
if (!(await buildApps())) {
  console.log('0 passed, 1 failed, 0 skipped');
  process.exit(1);
}

const args = process.argv.slice(2);
const at = args.indexOf('--within');
const minutes = at < 0 ? DEFAULT_MINUTES : Number(args[at + 1]);
const run = `faults-${process.pid}-${Date.now()}`;
const suite = spawn(process.execPath, [...TYPESCRIPT, 'apps/e2e/src/faults/main.ts', ...args], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
  env: { ...process.env, DOWNLINK_TEST_RUN: run, NODE_NO_WARNINGS: '1' },
});

let said = '';
suite.stdout.on('data', (chunk) => {
  said = (said + chunk).slice(-2_000);
  process.stdout.write(chunk);
});

/** First in order, so that it can tell what it has; then at once. */
function end() {
  suite.kill('SIGTERM');
  setTimeout(() => suite.kill('SIGKILL'), GRACE_MS).unref();
}
const impatience = setTimeout(() => {
  console.log(`not over after ${minutes} minutes`);
  end();
}, minutes * 60_000);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);

const code = await new Promise((resolve) => suite.once('close', (status) => resolve(status ?? 1)));
clearTimeout(impatience);
spawnSync(process.execPath, [...TYPESCRIPT, 'apps/e2e/src/faults/sweep.ts', run], {
  cwd: root,
  stdio: 'ignore',
  env: { ...process.env, NODE_NO_WARNINGS: '1' },
});
if (!/^\d+ passed, \d+ failed, \d+ skipped\n$/m.test(said) && code !== 2) console.log('0 passed, 1 failed, 0 skipped');
process.exit(code);
