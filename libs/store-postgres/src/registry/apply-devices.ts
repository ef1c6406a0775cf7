import type { NewDevice } from '@downlink/command-engine';
import type { ClientBase } from 'pg';
import { RegistryConflict } from './registry-conflict.js';
import type { SecretBox } from './secret-box.js';

/** Creates or updates devices in one statement; a second one only to name the offender. */
export async function applyDevices(
  client: ClientBase,
  devices: readonly NewDevice[],
  secrets: SecretBox,
): Promise<void> {
  if (devices.length === 0) return;
  const owners = [
    devices.map(({ id }) => id),
    devices.map((device) => device.applicationId),
    devices.map((device) => device.productKey),
  ];
  const { rowCount } = await client.query(UPSERT, [
    ...owners,
    devices.map(({ name }) => name),
    devices.map(({ activated }) => activated),
    devices.map(({ id, secret }) => (secret === undefined ? null : secrets.seal(secret, deviceContext(id)))),
  ]);
  if (rowCount === devices.length) return;
  const { rows } = await client.query<{ position: number; product: boolean; application: boolean }>(OFFENDER, owners);
  const { position = 1, product = true, application = true } = rows[0] ?? {};
  throw conflictAt(position - 1, devices[position - 1], { product, application });
}

/** What a device's secret is sealed for. */
export function deviceContext(id: string): string {
  return `device:${id}`;
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
insert into device (id, application_id, product_key, name, activated, secret)
select given.id, product.application_id, product.key, given.name, given.activated, given.secret
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::text[])
  as given (id, application_id, product_key, name, activated, secret)
join product on product.key = given.product_key and product.application_id = given.application_id
order by given.id
on conflict (id) do update
set product_key = excluded.product_key, name = excluded.name, activated = excluded.activated,
  secret = coalesce(excluded.secret, device.secret)
where device.application_id = excluded.application_id`;

const OFFENDER = `
select given.position::int4 as position, application.id is not null as application, product.key is not null as product
from unnest($1::text[], $2::text[], $3::text[]) with ordinality
  as given (id, application_id, product_key, position)
left join application on application.id = given.application_id
left join product on product.key = given.product_key and product.application_id = given.application_id
left join device on device.id = given.id
where product.key is null or device.application_id <> given.application_id
order by given.position limit 1`;
