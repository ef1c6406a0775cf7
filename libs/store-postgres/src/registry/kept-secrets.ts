import type { NewDevice, RegistryDeclaration } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { isStorable } from './check-declaration.js';
import type { SecretBox } from './secret-box.js';
import { isSecretHash } from './secret-hash.js';

/** Wire formats whose devices send their secret itself, so that nobody needs it in plain. */
const SENT_AS_THEY_ARE = new Set(['native', 'quectel']);

/** What is to be written, by device id. A device that is absent keeps what it has. */
export interface KeptSecrets {
  readonly given: ReadonlyMap<string, string>;
  /** Only where there is no secret. */
  readonly made: ReadonlyMap<string, string>;
}

/** What a device's secret is sealed for. */
export function deviceContext(id: string): string {
  return `device:${id}`;
}

/**
 * Seals or hashes the secrets of a declaration, before its transaction: hashing takes milliseconds each. A hash that is right already
 * stays, so that what is declared again changes nothing. Devices that are declared together with one secret (a demo's fleet) share one
 * hash. Secrets that were made for devices that have one are left out.
 */
export async function keepSecrets(
  pool: Pool,
  { products, devices }: RegistryDeclaration,
  secrets: SecretBox,
): Promise<KeptSecrets> {
  const bearing = devices.filter(({ secret, secretIfNone }) => (secret ?? secretIfNone) !== undefined);
  if (bearing.length === 0) return { given: new Map(), made: new Map() };
  const stored = await readStored(pool, bearing);
  const declared = new Map(products.map(({ key, wireFormat }) => [key, wireFormat]));
  const hashOnce = memoized((secret) => secrets.hashes.hash(secret));
  const isRight = memoized((pair) => matches(secrets, pair));
  const keep = async ({ id, productKey }: NewDevice, secret: string): Promise<string | undefined> => {
    const before = stored.get(id);
    const wireFormat = declared.get(productKey) ?? before?.wireFormat ?? '';
    if (!SENT_AS_THEY_ARE.has(wireFormat)) return secrets.seal(secret, deviceContext(id));
    const kept = before?.secret ?? '';
    if (isSecretHash(kept) && (await isRight(JSON.stringify([secret, kept])))) return undefined;
    return hashOnce(secret);
  };
  const all = async (secretOf: (device: NewDevice) => string | undefined): Promise<Map<string, string>> => {
    const kept = await Promise.all(
      bearing.map(async (device) => {
        const secret = secretOf(device);
        const text = secret === undefined ? undefined : await keep(device, secret);
        return text === undefined ? [] : [[device.id, text] as const];
      }),
    );
    return new Map(kept.flat());
  };
  return {
    given: await all(({ secret }) => secret),
    made: await all(({ id, secretIfNone }) => (stored.get(id)?.secret == null ? secretIfNone : undefined)),
  };
}

function matches(secrets: SecretBox, pair: string): Promise<boolean> {
  const [secret, kept] = JSON.parse(pair) as [string, string];
  return secrets.hashes.matches(secret, kept);
}

function memoized<T>(work: (input: string) => Promise<T>): (input: string) => Promise<T> {
  const done = new Map<string, Promise<T>>();
  return (input) => {
    const known = done.get(input) ?? work(input);
    done.set(input, known);
    return known;
  };
}

interface Stored {
  readonly id: string;
  readonly wireFormat: string | null;
  readonly secret: string | null;
}

async function readStored(pool: Pool, devices: readonly NewDevice[]): Promise<Map<string, Stored>> {
  const known = devices.filter(({ productKey }) => isStorable(productKey));
  const { rows } = await pool.query<Stored>(STORED, [known.map(({ id }) => id), known.map((each) => each.productKey)]);
  return new Map(rows.map((row) => [row.id, row]));
}

const STORED = `
select given.id, product.wire_format as "wireFormat", device.secret
from unnest($1::text[], $2::text[]) as given (id, product_key)
left join product on product.key = given.product_key
left join device on device.id = given.id`;
