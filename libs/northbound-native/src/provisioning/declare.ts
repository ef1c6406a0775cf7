import { isFault } from '@downlink/command-engine';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import { problem } from '../errors/problem.js';
import { ProvisionError } from './provision-error.js';
import { provision, type Provisioned } from './provision.js';
import type { ProvisionEntries } from './schema.js';

/**
 * Applies entries for a caller over the network: all of them or nothing. What is left out is made, and shown in the answer.
 * @param only the one entry that the body is, whose members are told without its place
 * @throws ErrorAnswer `validation-failed`, or `conflict` when it stands against what is there
 */
export async function declare(
  { registry, modelImporters }: Pick<NorthboundPorts, 'registry' | 'modelImporters'>,
  entries: Partial<ProvisionEntries>,
  only: 'one' | 'many' = 'one',
): Promise<Provisioned> {
  const all: ProvisionEntries = { applications: [], products: [], devices: [], ...entries };
  try {
    return await provision(registry, all, { importers: modelImporters, makeIds: true, makeSecrets: true });
  } catch (error) {
    if (isFault(error) && error.code === 'registry-conflict') throw problem('conflict', { detail: error.message });
    if (!(error instanceof ProvisionError)) throw error;
    const place = only === 'one' ? /^\w+\[0\]\./ : '';
    throw problem('validation-failed', {
      errors: error.errors.map(({ path, message }) => ({ path: path.replace(place, ''), message })),
    });
  }
}
