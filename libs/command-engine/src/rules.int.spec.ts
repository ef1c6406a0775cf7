import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const root = new URL('../../../', import.meta.url);
const page = readFileSync(fileURLToPath(new URL('libs/command-engine/RULES.md', root)), 'utf8');

describe('the page of rules', () => {
  const rows = [...page.matchAll(/^\| \*\*(\d+)\*\* .*$/gm)].map(([row, number]) => ({ row, number: Number(number) }));
  const filesOf = (text: string) => [...text.matchAll(/`((?:libs|apps)\/[^`]+\.ts)`/g)].map(([, file]) => file!);

  it('has a row for each of the twelve', () => {
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 12 }, (_, at) => at + 1));
  });

  it('names at least one test for each of them', () => {
    expect(rows.filter(({ row }) => !filesOf(row).some((file) => /\.(spec|contract)\.ts$/.test(file)))).toEqual([]);
  });

  it('names only files that are there', () => {
    const files = filesOf(page);
    expect(files.length).toBeGreaterThan(30);
    expect(files.filter((file) => !existsSync(fileURLToPath(new URL(file, root))))).toEqual([]);
  });
});
