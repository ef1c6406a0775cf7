import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync, copyFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { repositoryRoot } from '../repository-root.js';
import { cleanTree, plantedViolations } from './planted-violations.js';

const root = repositoryRoot();
const configuration = join(root, '.dependency-cruiser.cjs');

interface Violation {
  rule: { name: string };
  from: string;
}

/** Writes a miniature of the repository to a temporary folder and gives what dependency-cruiser finds there. */
function cruise(files: Record<string, string>): { violations: string[]; modules: number } {
  const tree = mkdtempSync(join(tmpdir(), 'downlink-boundaries-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(tree, path)), { recursive: true });
      writeFileSync(join(tree, path), text);
    }
    for (const file of ['tsconfig.json', 'package.json']) copyFileSync(join(root, file), join(tree, file));
    symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
    const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    const args = [program, '--config', configuration, '--output-type', 'json', 'apps', 'libs'];
    const { stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: tree,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    if (!stdout.startsWith('{')) throw new Error(`dependency-cruiser gave no result: ${stderr}`);
    const { summary } = JSON.parse(stdout) as { summary: { violations: Violation[]; totalCruised: number } };
    const violations = summary.violations.map(({ rule, from }) => `${rule.name} in ${from}`);
    return { violations: [...new Set(violations)].sort(), modules: summary.totalCruised };
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

describe('the rules of who may import whom', () => {
  it('find nothing in a tree that keeps them', () => {
    const { violations, modules } = cruise(cleanTree);
    expect(violations).toEqual([]);
    expect(modules).toBeGreaterThanOrEqual(Object.keys(cleanTree).length);
  });

  const rules = JSON.parse(
    execFileSync(process.execPath, [
      '-p',
      `JSON.stringify(require(${JSON.stringify(configuration)}).forbidden.map((rule) => rule.name))`,
    ]).toString(),
  ) as string[];

  it('have each a planted violation', () => {
    expect(Object.keys(plantedViolations).sort()).toEqual([...rules].sort());
  });

  describe('report, each at its place and nothing else,', () => {
    let found: string[];
    beforeAll(() => {
      const planted = Object.values(plantedViolations).map((plant) => ({ [plant.file]: plant.text }));
      found = cruise(Object.assign({}, cleanTree, ...planted) as Record<string, string>).violations;
    });

    it.each(rules)('%s', (rule) => {
      expect(found).toContain(`${rule} in ${plantedViolations[rule]?.file ?? 'nothing planted'}`);
    });

    afterAll(() => {
      const expected = Object.entries(plantedViolations).flatMap(([rule, { file, alsoBreaks = [] }]) =>
        [rule, ...alsoBreaks].map((name) => `${name} in ${file}`),
      );
      expect(found).toEqual([...new Set(expected)].sort());
    });
  });
});
