import type { Pool, QueryResultRow } from 'pg';
import { asFault } from '../pools/pg-fault.js';

/** What is looked for, in words of SQL. `conditions` gets a function that turns a value into its parameter (`$1`). */
export interface PageQuestion {
  readonly table: string;
  /** None named `matches` or `is_there`. */
  readonly columns: string;
  /** Entries come with the highest first. */
  readonly key: string;
  conditions(parameter: (value: unknown) => string): readonly (string | false)[];
  readonly limit: number;
  readonly offset: number;
}

/**
 * One page and the number of all that match, both from one snapshot. Not a prepared statement: with the values at hand the
 * planner picks the index and the partitions that fit them.
 */
export async function countedPage<Row extends QueryResultRow>(
  pool: Pool,
  { table, columns, key, conditions, limit, offset }: PageQuestion,
): Promise<{ rows: Row[]; total: number }> {
  const values: unknown[] = [];
  const parameter = (value: unknown) => `$${String(values.push(value))}`;
  const filter = conditions(parameter)
    .filter((condition) => condition !== false)
    .join(' and ');
  const text = `select found.matches, page.* from (select count(*)::int as matches from ${table} where ${filter}) as found
    left join lateral (
      select ${columns}, true as is_there from ${table} where ${filter}
      order by ${key} desc limit ${parameter(limit)} offset ${parameter(offset)}
    ) as page on true`;
  const { rows } = await asFault(pool.query<Row & { matches: number; is_there: true | null }>({ text, values }));
  return { rows: rows.filter(({ is_there }) => is_there), total: rows[0]!.matches };
}
