import { readFile } from 'node:fs/promises';
import { MalformedBody, readJson, readYaml } from '@downlink/northbound-kit';
import { parseEntries } from '@downlink/northbound-native';

const YAML = /\.ya?ml$/i;

/**
 * The entries of a provisioning file.
 * @throws MalformedBody when it is no JSON (YAML, by its name); ProvisionError for wrong members; the error of the file system
 */
export async function readProvisionFile(file: string): Promise<ReturnType<typeof parseEntries>> {
  const bytes = await readFile(file);
  if (bytes.length === 0) throw new MalformedBody('the file is empty');
  return parseEntries(YAML.test(file) ? readYaml(bytes) : readJson(bytes));
}
