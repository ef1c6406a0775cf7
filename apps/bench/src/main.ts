import { cpus } from 'node:os';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { benchAccept } from './accept.bench.js';
import { runBareApi } from './bare/api.js';
import { runBareDispatcher } from './bare/dispatcher.js';
import { runBareNotifier } from './bare/notifier.js';
import { tableOf, type Report } from './report.js';
import { benchRoundTrip } from './round-trip.bench.js';
import { startServers, stopServers } from './servers.js';

const bareParts = { 'bare-api': runBareApi, 'bare-dispatcher': runBareDispatcher, 'bare-notifier': runBareNotifier };
const benches = ['accept', 'round-trip'] as const;

async function bench(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { json: { type: 'string' }, seconds: { type: 'string', default: '10' } },
    allowPositionals: true,
  });
  const unknown = positionals.filter((name) => !(benches as readonly string[]).includes(name));
  if (unknown.length > 0) throw new Error(`no bench is called ${unknown.join(', ')}; there are ${benches.join(', ')}`);
  const wanted = (name: string): boolean => positionals.length === 0 || positionals.includes(name);
  const seconds = Number(values.seconds);
  const servers = await startServers();
  try {
    const report: Report = {
      at: new Date().toISOString(),
      machine: { cores: cpus().length, node: process.version },
      seconds,
      ...(wanted('accept') ? { accept: await benchAccept(servers, seconds) } : {}),
      ...(wanted('round-trip') ? { roundTrip: await benchRoundTrip(servers, seconds) } : {}),
    };
    process.stdout.write(tableOf(report));
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
  } finally {
    await stopServers(servers);
  }
}

const [, , first, options] = process.argv;
if (first !== undefined && Object.hasOwn(bareParts, first)) {
  await bareParts[first as keyof typeof bareParts](JSON.parse(options ?? '{}') as never);
  process.stdout.write('ready\n');
  process.once('SIGTERM', () => process.exit(0));
} else {
  await bench();
  process.exit(0);
}
