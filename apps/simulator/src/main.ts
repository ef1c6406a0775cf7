import { createWriteStream } from 'node:fs';
import { readConfig, USAGE, type SimulatorConfig } from './config.js';
import { Fleet } from './fleet.js';

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
const fleet = new Fleet({
  url: config.url,
  wireFormat: config.wireFormat,
  devices: config.ids.map((id) => (config.secret === undefined ? { id } : { id, secret: config.secret })),
  behaviour: config.behaviour,
  delayMs: config.delayMs,
  ...(config.sharedSockets === undefined ? {} : { sharedSockets: config.sharedSockets }),
  onCommand: (command, executed) => record?.write(`${JSON.stringify({ ...command, executed, at: Date.now() })}\n`),
});
await fleet.start();
process.stdout.write(`ready: ${config.ids.length} devices at ${config.url}\n`);

let last = '';
const ticker = setInterval(() => {
  const line = JSON.stringify(fleet.counters);
  if (line !== last) process.stdout.write(`${line}\n`);
  last = line;
}, 1_000);

async function stop(): Promise<void> {
  clearInterval(ticker);
  await fleet.stop();
  await new Promise<void>((resolve) => (record ? record.end(() => resolve()) : resolve()));
  process.stdout.write(`stopped: ${JSON.stringify(fleet.counters)}\n`);
  process.exit(0);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());
