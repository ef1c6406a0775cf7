/**
 * `npm test`: everything there is to check, from a bare clone. Needs Node and npm, nothing installed.
 * `npm test -- unit int` runs only the stages named. The last line is the sum over all runners.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installIfNeeded } from './run/install.mjs';
import { stages } from './run/stages.mjs';
import { printSummary } from './run/summary.mjs';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node 20.19 or newer is needed; this is ${process.version}`);
  process.exit(1);
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !stages.some((stage) => stage.name === name));
if (unknown.length > 0) {
  console.error(`no stage ${unknown.join(', ')}; there are ${stages.map((stage) => stage.name).join(', ')}`);
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), 'downlink-npm-test-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
process.env.DOWNLINK_TEST_SERVERS_REPORT ??= join(folder, 'servers.jsonl');

await installIfNeeded();

const results = [];
for (const stage of stages) {
  if (wanted.length > 0 && !wanted.includes(stage.name)) continue;
  const start = performance.now();
  console.log(`\n── ${stage.name} ──`);
  const outcome = await stage.run(folder);
  const seconds = (performance.now() - start) / 1000;
  console.log(`── ${stage.name}: ${outcome.failed === 0 ? 'passed' : 'FAILED'} in ${seconds.toFixed(1)} s`);
  results.push({ name: stage.name, seconds, ...outcome });
}

const ok = printSummary(results, process.env.DOWNLINK_TEST_SERVERS_REPORT);
process.exitCode = ok ? 0 : 1;
