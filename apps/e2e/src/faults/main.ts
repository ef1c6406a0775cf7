import { writeFileSync } from 'node:fs';
import { missingServer } from '@downlink/testing';
import { skipIsFailure } from '../config.js';
import { readFaultsConfig, USAGE, type FaultsConfig } from './config.js';
import { FaultSession } from './fault-session.js';
import { formatFaults, sumOf, type FaultResult } from './report.js';
import { seededRandom } from './seeded-random.js';

const began = performance.now();

function say(text: string): void {
  process.stdout.write(`${((performance.now() - began) / 1_000).toFixed(0).padStart(5)} s  ${text}\n`);
}

function readConfigOrExit(): FaultsConfig {
  try {
    return readFaultsConfig(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}\n`);
    process.exit(2);
  }
}

const config = readConfigOrExit();
const noSkip = skipIsFailure();
const results: FaultResult[] = [];

function told(result: FaultResult): void {
  const { fault, outcome, why, breaches } = result;
  results.push(outcome === 'skipped' && noSkip ? { ...result, outcome: 'failed' } : result);
  say(
    `   ${fault}: ${outcome}${why === undefined ? '' : `: ${why}`}${breaches.length > 0 ? `: ${breaches.length} breaches` : ''}`,
  );
}

function finish(): void {
  process.stdout.write(`\n${formatFaults(results)}\n`);
  if (config.json !== undefined) {
    const { rate, devices, seed } = config;
    writeFileSync(config.json, `${JSON.stringify({ rate, devices, seed, faults: results }, null, 2)}\n`);
  }
  if (config.logs !== undefined) writeFileSync(config.logs, session.allLogs());
  process.stdout.write(`\nseed ${config.seed}: the same choices again with --seed ${config.seed}\n${sumOf(results)}\n`);
  process.exit(results.every(({ outcome }) => outcome !== 'failed') ? 0 : 1);
}

const session = new FaultSession(config, { random: seededRandom(config.seed), note: say, told });

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    say(`${signal}: ending everything`);
    for (const { name, title } of config.faults.filter(({ name: one }) => !results.some(({ fault }) => fault === one)))
      told({ fault: name, title, outcome: 'failed', why: `not finished when ${signal} came`, breaches: [] });
    void session.close().finally(finish);
  });
}

const missing = (['own-kafka', 'mosquitto'] as const).flatMap((server) => missingServer(server) ?? []);
if (missing.length > 0) {
  for (const { name, title } of config.faults)
    told({ fault: name, title, outcome: 'skipped', why: missing.join('; '), breaches: [] });
} else {
  say(`${config.rate} commands/s to ${config.devices} devices, seed ${config.seed}`);
  await session.run();
}
finish();
