import type { Device, Page } from '@downlink/command-engine';
import type { Pool } from 'pg';

const SELECT = `
select device.id, device.application_id as "applicationId", product_key as "productKey", wire_format as "wireFormat",
  device.name, activated, device.created_at::float8 as "createdAt"
from device join product on product.key = product_key`;

/** Any number of devices by id, in one query; unknown ones are absent. */
export async function readDevices(pool: Pool, ids: readonly string[]): Promise<Map<string, Device>> {
  if (ids.length === 0) return new Map();
  const { rows } = await pool.query<Device>(`${SELECT} where device.id = any($1::text[])`, [ids]);
  return new Map(rows.map((device) => [device.id, device]));
}

/** A page of devices, ordered by id. */
export async function listDevices(pool: Pool, applicationId: string | undefined, page: Page): Promise<Device[]> {
  const sql = `${SELECT} where ($1::text is null or device.application_id = $1) and device.id > $2 order by device.id limit $3`;
  return (await pool.query<Device>(sql, [applicationId ?? null, page.after ?? '', page.limit])).rows;
}

/** The sealed secret of a device; undefined when it has none or is unknown. */
export async function readDeviceSecret(pool: Pool, id: string): Promise<string | undefined> {
  const { rows } = await pool.query<{ secret: string | null }>('select secret from device where id = $1', [id]);
  return rows[0]?.secret ?? undefined;
}
