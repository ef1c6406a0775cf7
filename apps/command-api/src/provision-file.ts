import { readFile } from 'node:fs/promises';
import type { Registry } from '@downlink/command-engine';
import { parseProvision, ProvisionError } from '@downlink/northbound-native';
import { ConfigError } from '@downlink/runtime';

/**
 * Applies a provisioning file, idempotently: all of it or nothing.
 * @throws ConfigError that names the file's wrong members; Fault `registry-conflict`, or of the store
 */
export async function applyProvisionFile(file: string, registry: Pick<Registry, 'apply'>): Promise<void> {
  await registry.apply(parseFile(file, await readText(file)));
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw wrong(file, (error as NodeJS.ErrnoException).code ?? 'cannot be read');
  }
}

function parseFile(file: string, text: string): ReturnType<typeof parseProvision> {
  try {
    return parseProvision(JSON.parse(text));
  } catch (error) {
    if (error instanceof ProvisionError) throw wrong(file, error.message);
    // JSON.parse quotes the text, which holds secrets.
    throw wrong(file, 'is not JSON');
  }
}

function wrong(file: string, problem: string): ConfigError {
  return new ConfigError([{ variable: 'PROVISION', problem: `${file}: ${problem}` }]);
}
