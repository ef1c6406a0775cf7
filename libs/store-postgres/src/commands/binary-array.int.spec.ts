import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '@downlink/testing';
import pg from 'pg';
import { binaryArray, type ColumnType, type ColumnValue } from './binary-array.js';

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

const asText = async (type: ColumnType, parameter: unknown): Promise<(string | null)[]> => {
  const { rows } = await client.query<{ value: string | null }>(
    `select value::text as value from unnest($1::${type}[]) with ordinality as given (value, at) order by at`,
    [parameter],
  );
  return rows.map(({ value }) => value);
};

describe('an array in binary', () => {
  it.each<[ColumnType, ColumnValue[]]>([
    ['bigint', ['9223372036854775807', '-9223372036854775808', 0, 1_800_000_000_000, null]],
    ['integer', [2_147_483_647, -2_147_483_648, 0, null]],
    ['smallint', [32_767, -32_768, null, 0]],
    ['text', ['', 'a', 'Küche "{}" \\ \n, NULL', '\u{1F4A1}', null, 'x'.repeat(70_000)]],
    ['jsonb', ['{"a": [1, "Küche \\" \\\\ "]}', 'null', null, '"\u{1F4A1}"', '[]']],
    ['text', []],
    ['bigint', [null]],
  ])('of %s is to Postgres what the list itself is', async (type, values) => {
    expect(await asText(type, binaryArray(type, values))).toEqual(await asText(type, values));
    expect(await asText(type, binaryArray(type, values))).toHaveLength(values.length);
  });

  it.each<[ColumnType, ColumnValue]>([
    ['bigint', '9223372036854775808'],
    ['bigint', 'twelve'],
    ['integer', 2_147_483_648],
    ['smallint', 32_768],
    ['integer', 1.5],
    ['smallint', 'x'],
  ])('is not made of what %s cannot hold: %s', (type, value) => {
    expect(() => binaryArray(type, [value])).toThrow();
  });

  it('is refused by Postgres where the element is no JSON, as the literal is', async () => {
    await expect(asText('jsonb', binaryArray('jsonb', ['{']))).rejects.toMatchObject({ code: '22P02' });
  });
});
