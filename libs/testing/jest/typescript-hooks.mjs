import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';
import { swc } from './swc.mjs';

const libs = new URL('../../', import.meta.url);

/** Node loader hooks that run this repository's TypeScript without a build: the same aliases and the same compiler as in Jest. */
export async function resolve(specifier, context, next) {
  const room = /^@downlink\/([^/]+)(\/contracts)?$/.exec(specifier);
  if (room) return next(new URL(`${room[1]}/src${room[2] ?? ''}/index.ts`, libs).href, context);
  if (/^\.{1,2}\/.*\.js$/.test(specifier) && context.parentURL?.endsWith('.ts')) {
    return next(specifier.replace(/\.js$/, '.ts'), context);
  }
  return next(specifier, context);
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts') || url.includes('/node_modules/')) return next(url, context);
  const filename = fileURLToPath(url);
  const { code } = await transform(await readFile(filename, 'utf8'), { ...swc, filename, sourceMaps: 'inline' });
  return { format: 'module', source: code, shortCircuit: true };
}
