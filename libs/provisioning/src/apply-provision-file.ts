import type { Registry } from '@downlink/command-engine';
import type { ProvisionSettings } from './provision-settings.js';

/**
 * Applies the provisioning file that the configuration names, if it names one: all of it or nothing, and any number of times,
 * by any number of processes at once. Secrets that it leaves out are made only where PROVISION_MADE says what file to show them
 * in, once, a line of JSON for each start that made some.
 * @throws ConfigError that names the wrong members of the file, or what it stands against; Fault of the store
 */
export async function applyProvisionFile(
  { PROVISION: file, PROVISION_MADE: madeFile }: ProvisionSettings,
  registry: Pick<Registry, 'apply' | 'devicesByKeys'>,
): Promise<void> {
  if (file === undefined) return;
  // Only now: the formats of all vendors are much to load for a service that is given no file.
  const { applyFile } = await import('./apply-file.js');
  await applyFile(file, madeFile, registry);
}
