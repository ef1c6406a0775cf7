import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { QUECTEL_ERRORS } from './error-table.js';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const rows = README.slice(README.indexOf('## Codes'), README.indexOf('## Choices')).split('\n');
const codesIn = (which: (row: string) => boolean) =>
  rows.filter(which).flatMap((row) => (row.split('|')[1] ?? '').match(/\b\d{5}\b/g) ?? []);
const isNever = (row: string) => row.includes('| never');

/** Quectel, Send Downlink Thing Model Service Data: response status, without those of HTTP. */
const DOCUMENTED =
  `50000 50005 50007 61001 61002 61005 61006 61007 70000 70026 70051 70083 70089 70090 70091 70092 70093
  70094 70095 70096 71008 71027 71028 71029 71035 71036 71038 71039 71047 71048 80005 91001 91004 91005 91006 91007`.split(
    /\s+/,
  );

describe('the table of codes in the README', () => {
  it('has each documented code once', () => {
    const all = codesIn(() => true);
    expect(new Set(all).size).toBe(all.length);
    for (const code of DOCUMENTED) expect(all).toContain(code);
  });

  it('says of exactly those codes that they never come that the dialect does not have', () => {
    const had = Object.values(QUECTEL_ERRORS).map(({ code }) => String(code));
    expect(codesIn((row) => !isNever(row)).toSorted()).toEqual(had.toSorted());
    for (const code of codesIn(isNever)) expect(had).not.toContain(code);
  });
});
