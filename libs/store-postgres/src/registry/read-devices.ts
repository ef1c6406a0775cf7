import type { Device, Page } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { IS_THERE } from './device-life.js';

/** It was declared so, or has activated itself. */
export const IS_ACTIVATED = '(device.activated or device.activated_at is not null)';

/** How devices are read, everywhere: from FROM_DEVICES. */
export const DEVICE_COLUMNS = `device.id, device.application_id as "applicationId", product_key as "productKey", wire_format as "wireFormat", late_answers as "lateAnswers",
  device.name, ${IS_ACTIVATED} as activated, device.key, asset_id as "assetId", coalesce(device.attributes, '{}') as attributes,
  device.created_at::float8 as "createdAt",
  case when seen_at is null then null when unreachable_since is not null then unreachable_since
    when reachable_until <= now_ms() then reachable_until end::float8 as "silentSince"`;

/** A device, its product and its lane. */
export const FROM_DEVICES = `device join product on product.key = device.product_key
  left join device_lane on device_lane.device_id = device.id`;

const SELECT = `select ${DEVICE_COLUMNS} from ${FROM_DEVICES}`;

/** Any number of devices by id, in one query; unknown ones are absent. */
export async function readDevices(pool: Pool, ids: readonly string[]): Promise<Map<string, Device>> {
  if (ids.length === 0) return new Map();
  const { rows } = await pool.query<Device>({
    name: 'read-devices',
    text: `${SELECT} where ${IS_THERE} and device.id = any($1::text[])`,
    values: [ids],
  });
  return new Map(rows.map((device) => [device.id, device]));
}

/** Any number of devices of one product by the names that their vendor gives them, in one query; unknown ones are absent. */
export async function readDevicesByKeys(
  pool: Pool,
  productKey: string,
  keys: readonly string[],
): Promise<Map<string, Device>> {
  if (keys.length === 0) return new Map();
  const { rows } = await pool.query<Device & { key: string }>({
    name: 'read-devices-by-keys',
    text: `${SELECT} where ${IS_THERE} and device.product_key = $1 and device.key = any($2::text[])`,
    values: [productKey, keys],
  });
  return new Map(rows.map((device) => [device.key, device]));
}

/** Any number of devices of one application by their assets, in one query; unknown ones are absent. */
export async function readDevicesByAssets(
  pool: Pool,
  applicationId: string,
  assetIds: readonly string[],
): Promise<Map<string, Device>> {
  if (assetIds.length === 0) return new Map();
  const { rows } = await pool.query<Device & { assetId: string }>({
    name: 'read-devices-by-assets',
    text: `${SELECT} where ${IS_THERE} and device.application_id = $1 and asset_id = any($2::text[])`,
    values: [applicationId, assetIds],
  });
  return new Map(rows.map((device) => [device.assetId, device]));
}

/** Whether this application had such a device; it is gone now. */
export async function removeDevice(pool: Pool, id: string, applicationId: string): Promise<boolean> {
  const sql = 'delete from device where id = $1 and application_id = $2';
  return (await pool.query(sql, [id, applicationId])).rowCount === 1;
}

/** A page of devices, ordered by id. A text of its own for one application: one plan for both would walk everybody's. */
export async function listDevices(pool: Pool, applicationId: string | undefined, page: Page): Promise<Device[]> {
  const { after = '', limit } = page;
  const one = `${SELECT} where ${IS_THERE} and device.application_id = $3 and device.id > $1 order by device.id limit $2`;
  const all = `${SELECT} where ${IS_THERE} and device.id > $1 order by device.id limit $2`;
  const found =
    applicationId === undefined
      ? pool.query<Device>(all, [after, limit])
      : pool.query<Device>(one, [after, limit, applicationId]);
  return (await found).rows;
}

/** The sealed secret of a device; undefined when it has none or is unknown. */
export async function readDeviceSecret(pool: Pool, id: string): Promise<string | undefined> {
  const { rows } = await pool.query<{ secret: string | null }>(
    `select secret from device where id = $1 and ${IS_THERE}`,
    [id],
  );
  return rows[0]?.secret ?? undefined;
}
