import { appendFile } from 'node:fs/promises';
import { isFault, type Registry } from '@downlink/command-engine';
import { MalformedBody } from '@downlink/northbound-kit';
import { provision, ProvisionError, type MadeSecrets } from '@downlink/northbound-native';
import { ConfigError } from '@downlink/runtime';
import { modelImporters } from './model-importers.js';
import { readProvisionFile } from './read-provision-file.js';

/** @see applyProvisionFile */
export async function applyFile(
  file: string,
  madeFile: string | undefined,
  registry: Pick<Registry, 'apply' | 'devicesByKeys'>,
): Promise<void> {
  const entries = await named('PROVISION', file, () => readProvisionFile(file));
  // Before anything is made: what cannot be written would be lost.
  if (madeFile !== undefined) await named('PROVISION_MADE', madeFile, () => write(madeFile, ''));
  const options = { importers: modelImporters, makeIds: false, makeSecrets: madeFile !== undefined };
  const { made } = await named('PROVISION', file, () => provision(registry, entries, options));
  if (madeFile !== undefined && holdsSecrets(made)) await write(madeFile, `${JSON.stringify({ file, made })}\n`);
}

/** For the owner's eyes only. */
function write(file: string, text: string): Promise<void> {
  return appendFile(file, text, { mode: 0o600 });
}

/** An entry whose id alone was worked out has nothing to show. */
function holdsSecrets(made: MadeSecrets): boolean {
  const names = new Set(['id', 'key', 'at']);
  return Object.values(made)
    .flat()
    .some((entry: object) => Object.keys(entry).some((member) => !names.has(member)));
}

/** What is wrong with the file is told as what is wrong with the variable that names it; all else is passed on. */
async function named<T>(variable: string, file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const problem = problemOf(error);
    if (problem === undefined) throw error;
    throw new ConfigError([{ variable, problem: `${file}: ${problem}` }]);
  }
}

function problemOf(error: unknown): string | undefined {
  if (error instanceof ProvisionError || error instanceof MalformedBody) return error.message;
  if (isFault(error)) return error.code === 'registry-conflict' ? error.message : undefined;
  const { syscall, code } = error as NodeJS.ErrnoException;
  return syscall === 'open' || syscall === 'read' ? code : undefined;
}
