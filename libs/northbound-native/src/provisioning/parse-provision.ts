import type { RegistryDeclaration } from '@downlink/command-engine';
import type { ModelImporters } from '@downlink/northbound-kit';
import { fieldErrors } from '../wire/read.js';
import { ProvisionError } from './provision-error.js';
import { provisionFile, type ProvisionEntries } from './schema.js';
import { toDeclaration } from './to-declaration.js';
import { withGivenIds } from './with-ids.js';

/** Reads a provisioning file that has been parsed already. @throws ProvisionError for unknown or wrong members */
export function parseEntries(json: unknown): ProvisionEntries {
  const parsed = provisionFile.safeParse(json);
  if (!parsed.success) throw new ProvisionError(fieldErrors(parsed.error));
  return parsed.data;
}

/**
 * A provisioning file in the registry's words, in which every entry has its id. Pure; nothing is made.
 * @throws ProvisionError for unknown or wrong members, and for ids that are left out
 */
export function parseProvision(json: unknown, importers: ModelImporters = {}): RegistryDeclaration {
  return toDeclaration(withGivenIds(parseEntries(json)), importers);
}
