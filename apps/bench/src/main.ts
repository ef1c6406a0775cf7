import { cpus } from 'node:os';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { benchAccept } from './accept.bench.js';
import { runBareApi } from './bare/api.js';
import { runBareDispatcher } from './bare/dispatcher.js';
import { runBareNotifier } from './bare/notifier.js';
import { benchDialects } from './dialects.bench.js';
import { benchGateway } from './gateway.bench.js';
import { benchMillion } from './million.bench.js';
import { tableOf, type Report } from './report.js';
import { benchRoundTrip } from './round-trip.bench.js';
import { startServers, stopServers } from './servers.js';

const bareParts = { 'bare-api': runBareApi, 'bare-dispatcher': runBareDispatcher, 'bare-notifier': runBareNotifier };
const benches = ['accept', 'dialects', 'round-trip', 'gateway', 'million'] as const;
/** What runs when none is named: the others take long, and are asked for by name. */
const usual: readonly string[] = ['accept', 'dialects', 'round-trip'];

async function bench(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      json: { type: 'string' },
      seconds: { type: 'string', default: '10' },
      commands: { type: 'string', default: '1000000' },
    },
    allowPositionals: true,
  });
  const unknown = positionals.filter((name) => !(benches as readonly string[]).includes(name));
  if (unknown.length > 0) throw new Error(`no bench is called ${unknown.join(', ')}; there are ${benches.join(', ')}`);
  const wanted = (name: string): boolean => (positionals.length === 0 ? usual : positionals).includes(name);
  const seconds = Number(values.seconds);
  const servers = await startServers();
  try {
    const report: Report = {
      at: new Date().toISOString(),
      machine: { cores: cpus().length, node: process.version },
      seconds,
      ...(wanted('accept') ? { accept: await benchAccept(servers, seconds) } : {}),
      ...(wanted('dialects') ? { dialects: await benchDialects(servers, seconds) } : {}),
      ...(wanted('round-trip') ? { roundTrip: await benchRoundTrip(servers, seconds) } : {}),
      ...(wanted('gateway') ? { gateway: await benchGateway(servers, seconds) } : {}),
      ...(wanted('million') ? { million: await benchMillion(servers, seconds, Number(values.commands)) } : {}),
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
