import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root, runProgram } from './run-program.mjs';

/** `npm ci` where node_modules is missing or was installed before the lockfile last changed. */
export async function installIfNeeded() {
  const lockfile = join(root, 'package-lock.json');
  // npm writes this copy of the lockfile when an installation is complete.
  const installed = join(root, 'node_modules/.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lockfile).mtimeMs) return;
  console.log('── install ──');
  const start = performance.now();
  const code = await runProgram('npm', ['ci', '--no-audit', '--no-fund']);
  console.log(`── install: ${code === 0 ? 'done' : 'FAILED'} in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  if (code === 0) return;
  console.log('0 passed, 1 failed, 0 skipped');
  process.exit(1);
}
