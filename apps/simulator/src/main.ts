import { createWriteStream } from 'node:fs';
import { readConfig, USAGE, type SimulatorConfig } from './config.js';
import { Fleet, type FleetCounters } from './fleet.js';

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
const counters: FleetCounters = { received: 0, executed: 0, duplicates: 0, answered: 0, interrupted: 0 };
const fleets = config.groups.map(
  ({ ids, secret, ...group }) =>
    new Fleet({
      ...group,
      url: config.url,
      counters,
      devices: ids.map((id) => (secret === undefined ? { id } : { id, secret })),
      onCommand: (command, executed) => record?.write(`${JSON.stringify({ ...command, executed, at: Date.now() })}\n`),
    }),
);
await Promise.all(fleets.map((fleet) => fleet.start()));
const devices = config.groups.reduce((sum, { ids }) => sum + ids.length, 0);
process.stdout.write(`ready: ${devices} devices at ${config.url}\n`);

let last = '';
const ticker = setInterval(() => {
  const line = JSON.stringify(counters);
  if (line !== last) process.stdout.write(`${line}\n`);
  last = line;
}, 1_000);

async function stop(): Promise<void> {
  clearInterval(ticker);
  await Promise.all(fleets.map((fleet) => fleet.stop()));
  await new Promise<void>((resolve) => (record ? record.end(() => resolve()) : resolve()));
  process.stdout.write(`stopped: ${JSON.stringify(counters)}\n`);
  process.exit(0);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
