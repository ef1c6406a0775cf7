import type { Pool, QueryResultRow } from 'pg';
import { asFault } from '../pools/pg-fault.js';

/** What is looked for, in words of SQL. `conditions` gets a function that turns a value into its parameter (`$1`). */
export interface PageQuestion {
  readonly table: string;
  /** None named `matches` or `is_there`. */
  readonly columns: string;
  readonly key: string;
  /** By the key: the highest first (the default), or the lowest. */
  readonly order?: 'newest' | 'oldest';
  /** Only what stands behind the entry with this key. */
  readonly after?: string;
  conditions(parameter: (value: unknown) => string): readonly (string | false)[];
  readonly limit: number;
  readonly offset: number;
}

/** One page. Not a prepared statement: with the values at hand the planner picks the index and the partitions that fit them. */
export async function page<Row extends QueryResultRow>(pool: Pool, question: PageQuestion): Promise<Row[]> {
  const values: unknown[] = [];
  const parameter = (value: unknown) => `$${String(values.push(value))}`;
  const text = pageText(question, filterOf(question, parameter), parameter);
  return (await asFault(pool.query<Row>({ text, values }))).rows;
}

/** One page and the number of all that match, both from one snapshot. */
export async function countedPage<Row extends QueryResultRow>(
  pool: Pool,
  question: PageQuestion,
): Promise<{ rows: Row[]; total: number }> {
  const values: unknown[] = [];
  const parameter = (value: unknown) => `$${String(values.push(value))}`;
  const filter = filterOf(question, parameter);
  const listed = pageText({ ...question, columns: `${question.columns}, true as is_there` }, filter, parameter);
  const text = `select found.matches, page.*
    from (select count(*)::int as matches from ${question.table} where ${filter}) as found
    left join lateral (${listed}) as page on true`;
  const { rows } = await asFault(pool.query<Row & { matches: number; is_there: true | null }>({ text, values }));
  return { rows: rows.filter(({ is_there }) => is_there), total: rows[0]!.matches };
}

type Parameter = (value: unknown) => string;

function filterOf({ conditions }: PageQuestion, parameter: Parameter): string {
  return conditions(parameter)
    .filter((condition) => condition !== false)
    .join(' and ');
}

function pageText(question: PageQuestion, filter: string, parameter: Parameter): string {
  const { table, columns, key, order = 'newest', after, limit, offset } = question;
  const [behind, direction] = order === 'newest' ? ['<', 'desc'] : ['>', 'asc'];
  const cursor = after === undefined ? '' : ` and ${key} ${behind} ${parameter(after)}`;
  return `select ${columns} from ${table} where ${filter}${cursor}
      order by ${key} ${direction} limit ${parameter(limit)} offset ${parameter(offset)}`;
}
