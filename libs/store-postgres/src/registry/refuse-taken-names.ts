import type { NewDevice } from '@downlink/command-engine';
import type { ClientBase } from 'pg';
import { RegistryConflict } from './registry-conflict.js';

/**
 * A key names one device of its product, an asset one device of its application. Two declarations racing for one name meet the
 * unique indexes in place of this. One query, and none where no device has such a name.
 * @throws RegistryConflict that names the first offender
 */
export async function refuseTakenNames(client: ClientBase, devices: readonly NewDevice[]): Promise<void> {
  const named = devices.some(({ key, assetId }) => (key ?? null) !== null || (assetId ?? null) !== null);
  if (!named) return;
  refuseTwice(devices, 'key', ({ productKey, key }) => (key == null ? undefined : `${productKey}/${key}`));
  refuseTwice(devices, 'assetId', ({ applicationId, assetId }) =>
    assetId == null ? undefined : `${applicationId}/${assetId}`,
  );
  const { rows } = await client.query<{ position: number; member: string }>(TAKEN, [
    devices.map(({ id }) => id),
    devices.map(({ applicationId }) => applicationId),
    devices.map(({ productKey }) => productKey),
    devices.map(({ key }) => key ?? null),
    devices.map(({ assetId }) => assetId ?? null),
  ]);
  if (rows[0]) throw taken(rows[0].position - 1, rows[0].member);
}

function refuseTwice(
  devices: readonly NewDevice[],
  member: string,
  nameOf: (device: NewDevice) => string | undefined,
): void {
  const seen = new Set<string>();
  for (const [at, device] of devices.entries()) {
    const name = nameOf(device);
    if (name === undefined) continue;
    if (seen.has(name)) throw new RegistryConflict(`devices[${at}].${member}`, 'is declared twice');
    seen.add(name);
  }
}

function taken(at: number, member: string): RegistryConflict {
  return new RegistryConflict(`devices[${at}].${member}`, 'belongs to another device');
}

const TAKEN = `
select given.position::int4 as position, taken.member
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) with ordinality
  as given (id, application_id, product_key, key, asset_id, position)
cross join lateral (
  select 'key' as member from device
  where device.product_key = given.product_key and device.key = given.key and device.id <> given.id
  union all
  select 'assetId' from device
  where device.application_id = given.application_id and device.asset_id = given.asset_id and device.id <> given.id
) as taken
order by given.position limit 1`;
