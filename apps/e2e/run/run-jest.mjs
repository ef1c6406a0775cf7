import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from './run-program.mjs';

const JEST = 'node_modules/jest/bin/jest.js';
const FLAGS = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];

/** Runs one size of test and reads Jest's own count. A run that executed no test has failed, whatever Jest says. */
export async function runJest(size, folder, node = { command: process.execPath, version: process.version }) {
  const report = join(folder, `${size}-${node.version}.json`);
  const args = [...FLAGS, JEST, '--config', `libs/testing/jest/${size}.mjs`, '--json', '--outputFile', report];
  console.log(`Node ${node.version}`);
  const code = await runProgram(node.command, args);
  if (!existsSync(report))
    return { passed: 0, failed: 1, skipped: 0, notes: [`${size}: Jest ended with ${code} and no report`] };
  return count(size, code, JSON.parse(readFileSync(report, 'utf8')));
}

function count(size, code, report) {
  const specs = report.testResults.flatMap((file) => file.assertionResults);
  const notRun = specs.filter(({ status }) => status !== 'passed' && status !== 'failed');
  const passed = specs.filter(({ status }) => status === 'passed').length;
  let failed = specs.filter(({ status }) => status === 'failed').length;
  // A file that does not load, or that leaves servers open, fails without a failing test in it.
  failed += report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(isFailed),
  ).length;
  const notes = notRun.map(({ fullName }) => `${size}: ${fullName}`);
  if (passed + failed === 0) {
    failed = 1;
    notes.push(`${size}: no test was executed`);
  }
  if (code !== 0 && failed === 0) {
    failed = 1;
    notes.push(`${size}: Jest ended with ${code} although no test failed`);
  }
  if (process.env.DOWNLINK_NO_SKIP === '1') return { passed, failed: failed + notRun.length, skipped: 0, notes };
  return { passed, failed, skipped: notRun.length, notes };
}

const isFailed = ({ status }) => status === 'failed';
