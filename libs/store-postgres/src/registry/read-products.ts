import type { Page, Product } from '@downlink/command-engine';
import type { Pool } from 'pg';

const COLUMNS = `key, application_id as "applicationId", name, wire_format as "wireFormat", model,
  created_at::float8 as "createdAt"`;

/** One product by key; of this application only, where one is given. */
export async function readProduct(pool: Pool, key: string, applicationId?: string): Promise<Product | undefined> {
  const sql = `select ${COLUMNS} from product where key = $1 and ($2::text is null or application_id = $2)`;
  return (await pool.query<Product>(sql, [key, applicationId ?? null])).rows[0];
}

/** A page of products, ordered by key. */
export async function listProducts(pool: Pool, applicationId: string | undefined, page: Page): Promise<Product[]> {
  const sql = `select ${COLUMNS} from product
    where ($1::text is null or application_id = $1) and key > $2 order by key limit $3`;
  return (await pool.query<Product>(sql, [applicationId ?? null, page.after ?? '', page.limit])).rows;
}
