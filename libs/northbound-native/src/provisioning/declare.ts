import { isFault, type RegistryDeclaration } from '@downlink/command-engine';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import { problem } from '../errors/problem.js';
import { withMadeSecrets, type MadeSecrets } from './make-secrets.js';

/**
 * Applies a declaration for a caller over the network: all of it or nothing.
 * @returns the secrets that were made. @throws ErrorAnswer `conflict` when it stands against what is there
 */
export async function declare(
  registry: NorthboundPorts['registry'],
  declaration: RegistryDeclaration,
): Promise<MadeSecrets> {
  const { declaration: complete, made } = await withMadeSecrets(registry, declaration);
  try {
    await registry.apply(complete);
  } catch (error) {
    if (isFault(error) && error.code === 'registry-conflict') throw problem('conflict', { detail: error.message });
    throw error;
  }
  return made;
}
