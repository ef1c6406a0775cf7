import type pg from 'pg';

/** Notes every statement that the pool's connections send: the name of a prepared one, the text of any other. */
export function recordStatements(pool: pg.Pool): string[] {
  const statements: string[] = [];
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    const counting = (...args: unknown[]) => {
      const [statement] = args;
      statements.push(typeof statement === 'string' ? statement : (statement as pg.QueryConfig).name!);
      return query(...args);
    };
    Object.assign(client, { query: counting });
  });
  return statements;
}
