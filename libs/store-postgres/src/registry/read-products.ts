import type { Page, Product, ProductModel } from '@downlink/command-engine';
import type { Pool } from 'pg';

const COLUMNS = `key, application_id as "applicationId", name, wire_format as "wireFormat", model, model_version as "modelVersion",
  model_source as "modelSource", late_answers as "lateAnswers", coalesce(attributes, '{}') as attributes,
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

/** The model that the product has or had under this number. */
export async function readProductModel(pool: Pool, key: string, version: number): Promise<ProductModel | undefined> {
  const sql = 'select model from product_model where product_key = $1 and version = $2';
  return (await pool.query<{ model: ProductModel }>(sql, [key, version])).rows[0]?.model;
}

/** The present version of each product's model; unknown products are absent. */
export async function readModelVersions(pool: Pool, keys: readonly string[]): Promise<Map<string, number>> {
  const sql = 'select key, model_version as version from product where key = any($1::text[])';
  const { rows } = await pool.query<{ key: string; version: number }>(sql, [keys]);
  return new Map(rows.map(({ key, version }) => [key, version]));
}

/** The sealed secret of a product; undefined when it has none or is unknown. */
export async function readProductSecret(pool: Pool, key: string): Promise<string | undefined> {
  const { rows } = await pool.query<{ secret: string | null }>('select secret from product where key = $1', [key]);
  return rows[0]?.secret ?? undefined;
}
