import type { NewProduct } from '@downlink/command-engine';
import type { ClientBase } from 'pg';
import { RegistryConflict } from './registry-conflict.js';

/** Creates or updates products in one statement; a second one only to name the offender. */
export async function applyProducts(client: ClientBase, products: readonly NewProduct[]): Promise<void> {
  if (products.length === 0) return;
  const keys = products.map(({ key }) => key);
  const applicationIds = products.map(({ applicationId }) => applicationId);
  const { rowCount } = await client.query(UPSERT, [
    keys,
    applicationIds,
    products.map(({ name }) => name),
    products.map(({ wireFormat }) => wireFormat),
    products.map(({ model }) => (model === null ? null : JSON.stringify(model))),
    products.map(({ lateAnswers }) => lateAnswers ?? null),
  ]);
  if (rowCount === products.length) return;
  const { rows } = await client.query<{ position: number; known: boolean }>(OFFENDER, [keys, applicationIds]);
  const at = (rows[0]?.position ?? 1) - 1;
  throw rows[0]?.known === false
    ? new RegistryConflict(`products[${at}].application`, `there is no application "${String(applicationIds[at])}"`)
    : new RegistryConflict(`products[${at}].key`, `"${String(keys[at])}" belongs to another application`);
}

/** The conditions of the insert decide; whoever they leave out is missing in the count of rows. */
const UPSERT = `
insert into product as stored (key, application_id, name, wire_format, model, late_answers)
select given.key, application.id, given.name, given.wire_format, given.model::jsonb,
  coalesce(given.late_answers, known.late_answers, 'record')
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
  as given (key, application_id, name, wire_format, model, late_answers)
left join product as known on known.key = given.key
join application on application.id = given.application_id
order by given.key
on conflict (key) do update
set name = excluded.name, wire_format = excluded.wire_format, model = excluded.model, late_answers = excluded.late_answers
where stored.application_id = excluded.application_id`;

const OFFENDER = `
select given.position::int4 as position, application.id is not null as known
from unnest($1::text[], $2::text[]) with ordinality as given (key, application_id, position)
left join application on application.id = given.application_id
left join product on product.key = given.key
where application.id is null or product.application_id <> given.application_id
order by given.position limit 1`;
