import { meanOf, progress } from './accept.bench.js';
import { createDatabase } from './bare/bare-target.js';
import { accepts, type AcceptResult } from './load/accepts.js';
import { APPLICATION_ID, CREDENTIALS, DIALECTS } from './load/dialects.js';
import { withClient } from './million/databases.js';
import { stopAll } from './processes.js';
import { Installation } from './product/installation.js';
import { provisionDevices } from './product/start-product.js';
import type { Servers } from './servers.js';

/** For each dialect its own, so that no lane fills: 20 commands may queue in the smallest. */
const DEVICES_EACH = 15_000;
const PRODUCT_KEY = 'bench0001';

export interface DialectFigures {
  readonly results: Readonly<Record<string, AcceptResult>>;
  /** dialect ÷ native, accepted per second */
  readonly ratios: Readonly<Record<string, number>>;
}

/**
 * What a dialect costs: the same cached command, accepted by one command-api through each API. Each dialect twice, forwards and backwards, so
 * that neither servers that warm up nor tables that grow favour one. What an API called accepted is counted in the database.
 */
export async function benchDialects(servers: Servers, seconds: number): Promise<DialectFigures> {
  const databaseUrl = await createDatabase(servers, 'dialects');
  const installation = await Installation.on(servers, databaseUrl, { name: 'dialects' });
  const api = await installation.start('command-api');
  try {
    const names = Object.keys(DIALECTS);
    await declare(installation, names);
    const results = Object.fromEntries(names.map((name) => [name, [] as AcceptResult[]]));
    for (const name of [...names, ...names.toReversed()]) {
      const load = { origin: installation.base, productKey: PRODUCT_KEY, deviceIds: devicesOf(name) };
      results[name]!.push(progress(name, await accepts(await DIALECTS[name]!(load), seconds)));
    }
    await checkStored(databaseUrl, results);
    const means = Object.fromEntries(names.map((name) => [name, meanOf(results[name]!)]));
    const ratioOf = (name: string) => means[name]!.perSecond / means['native']!.perSecond;
    return { results: means, ratios: Object.fromEntries(names.map((name) => [name, ratioOf(name)])) };
  } finally {
    await stopAll([api]);
  }
}

const devicesOf = (dialect: string): string[] =>
  Array.from({ length: DEVICES_EACH }, (_, n) => `${dialect}-${String(n)}`);

async function declare(installation: Installation, names: readonly string[]): Promise<void> {
  await installation.provision({
    applications: [{ id: APPLICATION_ID, name: 'Bench', ...CREDENTIALS }],
    products: [{ key: PRODUCT_KEY, application: APPLICATION_ID, wireFormat: 'native' }],
  });
  for (const name of names) {
    const device = { application: APPLICATION_ID, product: PRODUCT_KEY, activated: true };
    await provisionDevices(
      installation,
      devicesOf(name).map((id) => ({ ...device, id, key: id })),
    );
  }
}

/** @throws Error when fewer commands are stored than an API said it had accepted; a few more are those whose answer nobody waited for */
async function checkStored(databaseUrl: string, results: Readonly<Record<string, AcceptResult[]>>): Promise<void> {
  const stored = await withClient(databaseUrl, (client) =>
    client.query<{ dialect: string; commands: number }>(
      `select request->>'dialect' as dialect, count(*)::int as commands from command group by 1`,
    ),
  );
  for (const [name, runs] of Object.entries(results)) {
    const { accepted } = meanOf(runs);
    const commands = stored.rows.find(({ dialect }) => dialect === name)?.commands ?? 0;
    if (commands < accepted) throw new Error(`${name}: ${String(accepted)} accepted, ${String(commands)} stored`);
  }
}
