import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, runScript } from './run-program.mjs';

const MARK = join(root, 'dist/.built-from');
const CONFIGURATION = ['nest-cli.json', 'tsconfig.json', 'package.json', 'package-lock.json'];

/** Builds every app of nest-cli.json whose entry file exists, unless all sources are those of the last successful build. */
export async function buildApps() {
  const { projects } = JSON.parse(readFileSync(join(root, 'nest-cli.json'), 'utf8'));
  const apps = Object.entries(projects)
    .filter(([, { sourceRoot, entryFile }]) => existsSync(join(root, sourceRoot, `${entryFile}.ts`)))
    .map(([name]) => name);
  const fingerprint = fingerprintOfSources();
  if (existsSync(MARK) && readFileSync(MARK, 'utf8') === fingerprint && apps.every(isBuilt)) {
    console.log('unchanged since the last build');
    return true;
  }
  let allBuilt = apps.length > 0;
  for (const app of apps) {
    const code = await runScript('node_modules/@nestjs/cli/bin/nest.js', ['build', app]);
    if (code !== 0 || !isBuilt(app)) {
      console.log(`${app} was not built`);
      allBuilt = false;
    }
  }
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(MARK, allBuilt ? fingerprint : '');
  return allBuilt;
}

const isBuilt = (app) => existsSync(join(root, 'dist/apps', app));

function fingerprintOfSources() {
  const hash = createHash('sha256').update(process.version);
  for (const file of [...CONFIGURATION, ...sources('apps'), ...sources('libs')]) {
    hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

function sources(folder) {
  return readdirSync(join(root, folder), { recursive: true })
    .map((file) => join(folder, file))
    .filter(
      (file) => /\/src\//.test(file) && !/\.(spec|contract)\.ts$/.test(file) && statSync(join(root, file)).isFile(),
    )
    .sort();
}
