import type { Registry, RegistryDeclaration } from '@downlink/command-engine';
import type { ModelImporters } from '@downlink/northbound-kit';
import { madeSecrets, type MadeSecrets } from './made-secrets.js';
import { offerSecrets } from './offer-secrets.js';
import type { ProvisionEntries } from './schema.js';
import { toDeclaration } from './to-declaration.js';
import { withIds } from './with-ids.js';

export interface ProvisionOptions {
  readonly importers: ModelImporters;
  /** Whether ids that are left out are made; not for what is applied at each start. */
  readonly makeIds: boolean;
  /** Whether secrets that are left out are made; only where they can be shown. */
  readonly makeSecrets: boolean;
}

export interface Provisioned {
  readonly declaration: RegistryDeclaration;
  readonly made: MadeSecrets;
}

/**
 * Applies entries: all of them or nothing, and any number of times. Ids, keys and secrets that they give are kept as given.
 * @throws ProvisionError for wrong members; Fault `registry-conflict`, or of the store
 */
export async function provision(
  registry: Pick<Registry, 'apply' | 'devicesByKeys'>,
  entries: ProvisionEntries,
  { importers, makeIds, makeSecrets }: ProvisionOptions,
): Promise<Provisioned> {
  const declaration = toDeclaration(await withIds(registry, entries, makeIds), importers);
  const offer = makeSecrets ? offerSecrets(declaration, entries) : declaration;
  return { declaration, made: madeSecrets(offer, await registry.apply(offer), entries) };
}
