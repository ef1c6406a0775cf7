import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ENOS_ERRORS } from './errors/error-table.js';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const golden = readdirSync(new URL('golden', import.meta.url));
const specs = readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.int.spec.ts'));
const codes = README.slice(README.indexOf('## Codes'), README.indexOf('## Choices'));

describe('the README', () => {
  it.each(Object.entries(ENOS_ERRORS))('says what leads to %s', (_, { code }) =>
    expect(codes).toMatch(new RegExp(`^\\| ${code} \\| (?!no condition)`, 'm')),
  );

  it.each([11810, 11714, 11739, 11619, 11721, 11794])('says why nothing leads to %i', (code) => {
    const row = codes.split('\n').find((line) => line.startsWith('| ') && line.split('|')[1]!.includes(String(code)));
    expect(row).toContain('no condition: ');
  });

  it.each(golden)('names the golden file %s', (name) => expect(README).toContain(`\`${name}\``));

  it.each(specs)('names %s among the specs', (name) =>
    expect(README).toContain(`\`${name.replace('.int.spec.ts', '')}\``),
  );
});

describe('a golden file', () => {
  it.each(golden)('%s names its source', (name) => {
    const { source } = JSON.parse(readFileSync(new URL(`golden/${name}`, import.meta.url), 'utf8')) as {
      source: string;
    };
    expect(source).toMatch(/^EnOS, /);
  });
});
