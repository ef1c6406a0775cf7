import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { countTests } from './count-tests.mjs';
import { runProgram } from './run-program.mjs';

const JEST = 'node_modules/jest/bin/jest.js';
const FLAGS = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];

/** Runs one size of test and counts from Jest's own report. */
export async function runJest(size, folder, node = { command: process.execPath, version: process.version }) {
  const file = join(folder, `${size}-${node.version}.json`);
  const args = [...FLAGS, JEST, '--config', `libs/testing/jest/${size}.mjs`, '--json', '--outputFile', file];
  console.log(`Node ${node.version}`);
  const exitCode = await runProgram(node.command, args);
  if (!existsSync(file)) {
    return { passed: 0, failed: 1, skipped: 0, notes: [`${size}: Jest ended with ${exitCode} and no report`] };
  }
  const report = JSON.parse(readFileSync(file, 'utf8'));
  return countTests({ size, exitCode, report, noSkip: process.env.DOWNLINK_NO_SKIP === '1' });
}
