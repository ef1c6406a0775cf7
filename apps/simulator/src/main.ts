import { createWriteStream } from 'node:fs';
import { readConfig, USAGE, type SimulatorConfig } from './config.js';
import { reportOf } from './counters.js';
import { showProgress } from './progress.js';
import { Simulation } from './simulation.js';

function readConfigOrExit(): SimulatorConfig {
  try {
    return readConfig(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}\n`);
    process.exit(2);
  }
}

const config = readConfigOrExit();
const record = config.record === undefined ? undefined : createWriteStream(config.record, { flags: 'a' });
const simulation = new Simulation(config, record);
const { counters, devices } = simulation;
let hideProgress = (): void => {};

async function stop(exitCode: number): Promise<void> {
  hideProgress();
  await simulation.stop();
  await new Promise<void>((resolve) => (record ? record.end(() => resolve()) : resolve()));
  process.stdout.write(`stopped: ${JSON.stringify(reportOf(counters))}\n`);
  process.exit(exitCode);
}
// A run in which no device ever got a connection has shown nothing.
const exitCode = (): number => (counters.connects > 0 ? 0 : 1);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop(exitCode()));

const started = performance.now();
const refusals = await simulation.start();
for (const { message } of refusals.slice(0, 3)) process.stderr.write(`refused: ${message}\n`);
if (refusals.length > 0 && counters.connects === 0) await stop(1);
const seconds = ((performance.now() - started) / 1_000).toFixed(1);
process.stdout.write(
  `ready: ${devices - refusals.length} of ${devices} devices at ${config.url}, ${counters.connected} connections in ${seconds} s\n`,
);
hideProgress = showProgress(process.stdout, counters);
if (config.endAfterMs !== undefined) setTimeout(() => void stop(exitCode()), config.endAfterMs);
