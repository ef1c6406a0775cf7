import type { NewDevice } from '@downlink/command-engine';
import type { ClientBase } from 'pg';
import { shardOf } from '../shard-of.js';
import { removeLapsed } from './device-life.js';
import type { KeptSecrets } from './kept-secrets.js';
import { refuseTakenNames } from './refuse-taken-names.js';
import { RegistryConflict } from './registry-conflict.js';

/**
 * Creates or updates devices in one statement and their lanes in another; others only for secrets that were made, and to name
 * the offender. Returns the ids whose made secret was taken.
 */
export async function applyDevices(
  client: ClientBase,
  devices: readonly NewDevice[],
  secrets: KeptSecrets,
): Promise<string[]> {
  if (devices.length === 0) return [];
  await removeLapsed(client, devices);
  await refuseTakenNames(client, devices);
  const owners = [
    devices.map(({ id }) => id),
    devices.map((device) => device.applicationId),
    devices.map((device) => device.productKey),
  ];
  const { rowCount } = await client.query(UPSERT, [
    ...owners,
    devices.map(({ name }) => name),
    devices.map(({ activated }) => activated),
    devices.map(({ id }) => secrets.given.get(id) ?? null),
    devices.map(({ key }) => key ?? null),
    devices.map(({ assetId }) => assetId ?? null),
    devices.map(({ attributes }) => (attributes === undefined ? null : JSON.stringify(attributes))),
    devices.map(({ activateWithinMs }) => activateWithinMs ?? null),
  ]);
  if (rowCount === devices.length) {
    await makeLanes(client, owners[0]!);
    return fillSecrets(client, secrets.made);
  }
  const { rows } = await client.query<{ position: number; product: boolean; application: boolean }>(OFFENDER, owners);
  const { position = 1, product = true, application = true } = rows[0] ?? {};
  throw conflictAt(position - 1, devices[position - 1], { product, application });
}

/**
 * A device's first command then finds its lane: without it every first command would cost the engine a second round of locking.
 * Lanes that exist are not touched, and so not locked.
 */
async function makeLanes(client: ClientBase, ids: readonly string[]): Promise<void> {
  await client.query(LANES, [ids, ids.map((id) => shardOf(id))]);
}

/** The rows are locked by now: who finds none is the one whose secret stands. */
async function fillSecrets(client: ClientBase, made: KeptSecrets['made']): Promise<string[]> {
  if (made.size === 0) return [];
  const { rows } = await client.query<{ id: string }>(FILL_SECRETS, [[...made.keys()], [...made.values()]]);
  return rows.map(({ id }) => id);
}

/** A product of another application is as unknown as one that does not exist. */
function conflictAt(
  at: number,
  device: NewDevice | undefined,
  known: { product: boolean; application: boolean },
): RegistryConflict {
  if (!known.application) {
    return new RegistryConflict(
      `devices[${at}].application`,
      `there is no application "${String(device?.applicationId)}"`,
    );
  }
  if (!known.product) {
    return new RegistryConflict(
      `devices[${at}].product`,
      `application "${String(device?.applicationId)}" has no product "${String(device?.productKey)}"`,
    );
  }
  return new RegistryConflict(`devices[${at}].id`, `"${String(device?.id)}" belongs to another application`);
}

/** The conditions of the insert decide; whoever they leave out is missing in the count of rows. */
const UPSERT = `
insert into device (id, application_id, product_key, name, activated, secret, key, asset_id, attributes, activate_by)
select given.id, product.application_id, product.key, given.name, given.activated, given.secret,
  given.key, given.asset_id, given.attributes::jsonb,
  case when given.activate_within > 0 then now_ms() + given.activate_within else given.activate_within end
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::bigint[])
  as given (id, application_id, product_key, name, activated, secret, key, asset_id, attributes, activate_within)
join product on product.key = given.product_key and product.application_id = given.application_id
order by given.id
on conflict (id) do update
set product_key = excluded.product_key, name = excluded.name, activated = excluded.activated,
  secret = coalesce(excluded.secret, device.secret), key = coalesce(excluded.key, device.key),
  asset_id = coalesce(excluded.asset_id, device.asset_id),
  attributes = coalesce(device.attributes || excluded.attributes, excluded.attributes, device.attributes),
  activate_by = coalesce(excluded.activate_by, device.activate_by)
where device.application_id = excluded.application_id`;

const FILL_SECRETS = `
update device set secret = given.secret from unnest($1::text[], $2::text[]) as given (id, secret)
where device.id = given.id and device.secret is null returning device.id`;

const LANES = `
insert into device_lane (device_id, shard)
select device_id, shard from unnest($1::text[], $2::smallint[]) as lane (device_id, shard) order by device_id collate "C"
on conflict (device_id) do nothing`;

const OFFENDER = `
select given.position::int4 as position, application.id is not null as application, product.key is not null as product
from unnest($1::text[], $2::text[], $3::text[]) with ordinality
  as given (id, application_id, product_key, position)
left join application on application.id = given.application_id
left join product on product.key = given.product_key and product.application_id = given.application_id
left join device on device.id = given.id
where product.key is null or device.application_id <> given.application_id
order by given.position limit 1`;
