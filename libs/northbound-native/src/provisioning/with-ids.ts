import { createHash, randomBytes } from 'node:crypto';
import type { Registry } from '@downlink/command-engine';
import type { FieldError } from '../errors/problem.js';
import { ProvisionError } from './provision-error.js';
import type { ApplicationEntry, DeviceEntry, ProductEntry, ProvisionEntries } from './schema.js';

/** Entries that all have an id. */
export interface IdentifiedEntries {
  readonly applications: readonly (ApplicationEntry & { readonly id: string })[];
  readonly products: readonly (ProductEntry & { readonly key: string })[];
  readonly devices: readonly (DeviceEntry & { readonly id: string })[];
}

/**
 * Gives each entry an id that has none: a device with a key the id that it is registered under, or one that always follows from
 * product and key, so that a file may be applied any number of times; others one by chance.
 * @param make false where entries are applied again and again: each time would make another
 * @throws ProvisionError for entries that have no id then
 */
export async function withIds(
  registry: Pick<Registry, 'devicesByKeys'>,
  entries: ProvisionEntries,
  make: boolean,
): Promise<IdentifiedEntries> {
  if (!make) refuseUnnamed(entries);
  const known = await knownIds(registry, entries.devices);
  return {
    applications: entries.applications.map((entry) => ({ ...entry, id: entry.id ?? newId() })),
    products: entries.products.map((entry) => ({ ...entry, key: entry.key ?? newId() })),
    devices: entries.devices.map((entry) => ({ ...entry, id: entry.id ?? known.get(nameOf(entry)) ?? idOf(entry) })),
  };
}

/** The entries as they are, where all have their ids. @throws ProvisionError for those that have none */
export function withGivenIds(entries: ProvisionEntries): IdentifiedEntries {
  refuseUnnamed(entries, false);
  return entries as IdentifiedEntries;
}

const MISSING = 'is left out, and nothing else tells whether the entry was applied before';

function refuseUnnamed({ applications, products, devices }: ProvisionEntries, keysName = true): void {
  const missing = (path: string): FieldError => ({ path, message: MISSING });
  const errors = [
    ...applications.flatMap(({ id }, at) => (id === undefined ? [missing(`applications[${at}].id`)] : [])),
    ...products.flatMap(({ key }, at) => (key === undefined ? [missing(`products[${at}].key`)] : [])),
    ...devices.flatMap(({ id, key }, at) =>
      id === undefined && (key === undefined || !keysName) ? [missing(`devices[${at}].id`)] : [],
    ),
  ];
  if (errors.length > 0) throw new ProvisionError(errors);
}

/** One query per product that has devices without an id; by `nameOf`. */
async function knownIds(
  registry: Pick<Registry, 'devicesByKeys'>,
  devices: readonly DeviceEntry[],
): Promise<Map<string, string>> {
  const unnamed = devices.filter(({ id, key }) => id === undefined && key !== undefined);
  const products = [...new Set(unnamed.map(({ product }) => product))];
  const pages = products.map(async (product) => {
    const keys = unnamed.flatMap((entry) => (entry.product === product ? [entry.key!] : []));
    return [...(await registry.devicesByKeys(product, keys)).values()];
  });
  const found = (await Promise.all(pages)).flat();
  return new Map(found.map(({ id, productKey, key }) => [`${productKey}/${key}`, id]));
}

function nameOf({ product, key }: DeviceEntry): string {
  return `${product}/${key}`;
}

function idOf(entry: DeviceEntry): string {
  return entry.key === undefined ? newId() : createHash('sha256').update(nameOf(entry)).digest('hex').slice(0, 32);
}

/** 80 bits, 20 characters. */
function newId(): string {
  return randomBytes(10).toString('hex');
}
