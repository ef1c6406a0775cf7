import type { NewProduct } from '@downlink/command-engine';
import type { ClientBase } from 'pg';
import { RegistryConflict } from './registry-conflict.js';
import type { SecretBox } from './secret-box.js';

/**
 * Creates or updates products in one statement and gives them their models in another; others only for secrets that were
 * made, and to name the offender. Returns the keys whose made secret was taken.
 */
export async function applyProducts(
  client: ClientBase,
  products: readonly NewProduct[],
  secrets: SecretBox,
): Promise<string[]> {
  if (products.length === 0) return [];
  const keys = products.map(({ key }) => key);
  const applicationIds = products.map(({ applicationId }) => applicationId);
  const { rowCount } = await client.query(UPSERT, [
    keys,
    applicationIds,
    products.map(({ name }) => name),
    products.map(({ wireFormat }) => wireFormat),
    products.map(({ lateAnswers }) => lateAnswers ?? null),
    products.map(({ key, secret }) => (secret === undefined ? null : secrets.seal(secret, productContext(key)))),
    products.map(({ attributes }) => (attributes === undefined ? null : JSON.stringify(attributes))),
  ]);
  if (rowCount !== products.length) throw await conflict(client, keys, applicationIds);
  await client.query(MODELS, [
    keys,
    products.map(({ model }) => (model === null ? null : JSON.stringify(model))),
    products.map(({ model, modelSource }) => (model && modelSource ? JSON.stringify(modelSource) : null)),
  ]);
  return fillSecrets(client, products, secrets);
}

/** What a product's secret is sealed for. */
export function productContext(key: string): string {
  return `product:${key}`;
}

/** The rows are locked by now: who finds none is the one whose secret stands. */
async function fillSecrets(client: ClientBase, products: readonly NewProduct[], secrets: SecretBox): Promise<string[]> {
  const made = products.flatMap(({ key, secretIfNone }) =>
    secretIfNone === undefined ? [] : [[key, secretIfNone] as const],
  );
  if (made.length === 0) return [];
  const { rows } = await client.query<{ key: string }>(FILL_SECRETS, [
    made.map(([key]) => key),
    made.map(([key, secret]) => secrets.seal(secret, productContext(key))),
  ]);
  return rows.map(({ key }) => key);
}

async function conflict(client: ClientBase, keys: string[], applicationIds: string[]): Promise<RegistryConflict> {
  const { rows } = await client.query<{ position: number; known: boolean }>(OFFENDER, [keys, applicationIds]);
  const at = (rows[0]?.position ?? 1) - 1;
  return rows[0]?.known === false
    ? new RegistryConflict(`products[${at}].application`, `there is no application "${String(applicationIds[at])}"`)
    : new RegistryConflict(`products[${at}].key`, `"${String(keys[at])}" belongs to another application`);
}

/** The conditions of the insert decide; whoever they leave out is missing in the count of rows. */
const UPSERT = `
insert into product as stored (key, application_id, name, wire_format, late_answers, secret, attributes)
select given.key, application.id, given.name, given.wire_format,
  coalesce(given.late_answers, known.late_answers, 'record'), given.secret, given.attributes::jsonb
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
  as given (key, application_id, name, wire_format, late_answers, secret, attributes)
left join product as known on known.key = given.key
join application on application.id = given.application_id
order by given.key
on conflict (key) do update
set name = excluded.name, wire_format = excluded.wire_format, late_answers = excluded.late_answers,
  secret = coalesce(excluded.secret, stored.secret),
  attributes = coalesce(stored.attributes || excluded.attributes, excluded.attributes, stored.attributes)
where stored.application_id = excluded.application_id`;

/**
 * The upsert holds the rows' locks, so nobody else counts versions of these products. A model equal to the newest version is
 * that version, also when the product had none in between.
 */
const MODELS = `
with given as (
  select key, model::jsonb as model, source::jsonb as source
  from unnest($1::text[], $2::text[], $3::text[]) as given (key, model, source)
), next as (
  select given.*, newest.model is distinct from given.model as changed,
    coalesce(newest.version, 0) + (newest.model is distinct from given.model)::integer as version
  from given left join lateral (
    select version, model from product_model where product_key = given.key order by version desc limit 1
  ) as newest on true
), added as (
  insert into product_model (product_key, version, model)
  select key, version, model from next where model is not null and changed
)
update product
set model = next.model, model_source = next.source, model_version = case when next.model is null then 0 else next.version end
from next where product.key = next.key`;

const FILL_SECRETS = `
update product set secret = given.secret from unnest($1::text[], $2::text[]) as given (key, secret)
where product.key = given.key and product.secret is null returning product.key`;

const OFFENDER = `
select given.position::int4 as position, application.id is not null as known
from unnest($1::text[], $2::text[]) with ordinality as given (key, application_id, position)
left join application on application.id = given.application_id
left join product on product.key = given.key
where application.id is null or product.application_id <> given.application_id
order by given.position limit 1`;
