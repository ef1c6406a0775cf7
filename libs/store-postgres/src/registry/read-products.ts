import type { Page, Product } from '@downlink/command-engine';
import type { Pool } from 'pg';

const COLUMNS = `key, application_id as "applicationId", name, wire_format as "wireFormat", model, late_answers as "lateAnswers",
  created_at::float8 as "createdAt"`;

/** One product by key; of this application only, where one is given. */
export async function readProduct(pool: Pool, key: string, applicationId?: string): Promise<Product | undefined> {
  const sql = `select ${COLUMNS} from product where key = $1 and ($2::text is null or application_id = $2)`;
  return (await pool.query<Product>(sql, [key, applicationId ?? null])).rows[0];
}

/** A page of products, ordered by key. A text of its own for one application: one plan for both would walk everybody's. */
export async function listProducts(pool: Pool, applicationId: string | undefined, page: Page): Promise<Product[]> {
  const { after = '', limit } = page;
  const one = `select ${COLUMNS} from product where application_id = $3 and key > $1 order by key limit $2`;
  const all = `select ${COLUMNS} from product where key > $1 order by key limit $2`;
  const found =
    applicationId === undefined
      ? pool.query<Product>(all, [after, limit])
      : pool.query<Product>(one, [after, limit, applicationId]);
  return (await found).rows;
}
