import type { DeviceQuery, PresentDevice } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { isStorable } from './check-declaration.js';
import { IS_THERE } from './device-life.js';
import { DEVICE_COLUMNS, FROM_DEVICES } from './read-devices.js';

const PRESENCE = `case
    when seen_at is null then 'never-seen'
    when unreachable_since is not null then 'unreachable'
    when reachable_until > now_ms() then 'reachable'
    else 'unknown' end`;

interface Row {
  readonly total: number;
  readonly device: PresentDevice | null;
}

/** One page by age, and the number of all that match, both from one snapshot. Planned for its values, like every search. */
export async function searchDevices(
  pool: Pool,
  query: DeviceQuery,
): Promise<{ devices: PresentDevice[]; total: number }> {
  const values: unknown[] = [];
  const parameter = (value: unknown) => `$${String(values.push(value))}`;
  const filter = conditionsOf(query, parameter).filter((condition) => condition !== false);
  const where = [IS_THERE, ...filter].join(' and ');
  const direction = query.order === 'oldest' ? 'asc' : 'desc';
  const text = `select found.total, to_jsonb(page) as device
    from (select count(*)::int as total from ${FROM_DEVICES} where ${where}) as found
    left join lateral (
      select ${DEVICE_COLUMNS}, ${PRESENCE} as presence from ${FROM_DEVICES} where ${where}
      order by device.created_at ${direction}, device.id ${direction}
      limit ${parameter(query.limit)} offset ${parameter(query.offset)}
    ) as page on true`;
  const { rows } = await pool.query<Row>({ text, values });
  return { devices: rows.flatMap(({ device }) => (device === null ? [] : [device])), total: rows[0]!.total };
}

type Parameter = (value: unknown) => string;

function conditionsOf(query: DeviceQuery, parameter: Parameter): (string | false)[] {
  const { applicationId, ids, key, name, nameLike, attributes, presence, from, until } = query;
  const anyOf = (what: string, list: readonly string[] | undefined) =>
    list !== undefined && `${what} = any(${parameter(list.filter(isStorable))}::text[])`;
  return [
    `device.application_id = ${parameter(applicationId)}`,
    ids !== undefined && `device.id = any(${parameter(ids)}::text[])`,
    key !== undefined && `device.key = ${parameter(key)}`,
    anyOf('device.key', query.keys),
    anyOf('device.asset_id', query.assetIds),
    anyOf('device.product_key', query.productKeys),
    nameLike !== undefined && `strpos(lower(device.name), lower(${parameter(nameLike)})) > 0`,
    name !== undefined && `device.name = ${parameter(name)}`,
    attributes !== undefined && `device.attributes @> ${parameter(JSON.stringify(attributes))}::jsonb`,
    presence !== undefined && `${PRESENCE} = ${parameter(presence)}`,
    anyOf(PRESENCE, query.presences),
    from !== undefined && `device.created_at >= ${parameter(Math.ceil(from))}`,
    until !== undefined && `device.created_at < ${parameter(Math.ceil(until))}`,
  ];
}
