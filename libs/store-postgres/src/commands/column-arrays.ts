import { binaryArray, type ColumnType, type ColumnValue } from './binary-array.js';

/** The columns of a row set on its way into a statement, and their Postgres types. */
export type ColumnTypes = Readonly<Record<string, ColumnType>>;
export type RowOf<Columns extends ColumnTypes> = { readonly [name in keyof Columns]: ColumnValue };

/**
 * `unnest($1::bigint[], $2::text[]) as rows (command_id, status)`: any number of rows as one parameter per column, so that a
 * statement's text, its plan and its count do not depend on the size of a batch.
 */
export function unnested(columns: ColumnTypes, alias: string, firstParameter = 1): string {
  const arrays = Object.values(columns).map((type, index) => `$${String(firstParameter + index)}::${type}[]`);
  return `unnest(${arrays.join(', ')}) as ${alias} (${Object.keys(columns).join(', ')})`;
}

/** The parameters of `unnested`. */
export function arraysOf<Columns extends ColumnTypes>(columns: Columns, rows: readonly RowOf<Columns>[]): Buffer[] {
  return Object.entries(columns).map(([name, type]) =>
    binaryArray(
      type,
      rows.map((row) => row[name]!),
    ),
  );
}
