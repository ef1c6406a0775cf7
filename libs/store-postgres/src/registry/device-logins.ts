import type { DeviceClaim, DeviceCredentials, DeviceLogins, KeptSecret } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { asFault } from '../pools/pg-fault.js';
import { isStorable } from './check-declaration.js';
import { IS_THERE } from './device-life.js';
import { deviceContext } from './kept-secrets.js';
import { IS_ACTIVATED } from './read-devices.js';
import type { SecretBox } from './secret-box.js';
import { isSecretHash } from './secret-hash.js';

/** What lets devices in, in Postgres; see the port. */
export function createDeviceLogins(pool: Pool, secrets: SecretBox): DeviceLogins {
  return {
    deviceCredentials: (claims) => asFault(readCredentials(pool, claims, secrets)),
    secretMatches: (presented, hash) => secrets.hashes.matches(presented, hash),
    markActivated: async (ids) => void (await asFault(pool.query(MARK_ACTIVATED, [ids.filter(isStorable)]))),
    secretToActivate: async (id, made) => {
      if (!isStorable(id)) return undefined;
      const values = [id, secrets.seal(made, deviceContext(id))];
      const { rows } = await asFault(pool.query<{ secret: string }>(SECRET_TO_ACTIVATE, values));
      return rows[0] && secrets.open(rows[0].secret, deviceContext(id));
    },
  };
}

interface Row extends Omit<DeviceCredentials, 'secret' | 'id'> {
  readonly now: number;
  readonly position: number;
  readonly id: string | null;
  readonly secret: string | null;
}

async function readCredentials(pool: Pool, claims: readonly DeviceClaim[], secrets: SecretBox) {
  const asked = claims.map(claimColumns);
  const { rows } = await pool.query<Row>({
    name: 'device-credentials',
    text: CREDENTIALS,
    values: [0, 1, 2, 3].map((column) => asked.map((each) => each[column] ?? null)),
  });
  const found: DeviceCredentials[][] = claims.map(() => []);
  for (const { now: _, position, id, secret, ...device } of rows) {
    if (id !== null) found[position - 1]?.push({ ...device, id, secret: keptSecret(id, secret, secrets) });
  }
  // The first row is there even when nothing is asked for.
  return { now: rows[0]!.now, found };
}

type ClaimColumns = readonly [id: string | null, product: string | null, wireFormat: string | null, key: string | null];

const NOBODY: ClaimColumns = [null, null, null, null];

/** Claims that no text in Postgres can hold are nobody's. */
function claimColumns(claim: DeviceClaim): ClaimColumns {
  if (!Object.values(claim).every(isStorable)) return NOBODY;
  if ('deviceId' in claim) return [claim.deviceId, null, null, null];
  return 'productKey' in claim
    ? [null, claim.productKey, null, claim.deviceKey]
    : [null, null, claim.wireFormat, claim.deviceKey];
}

/** One secret that cannot be opened must not spoil the look-up of all others. */
function keptSecret(id: string, stored: string | null, secrets: SecretBox): KeptSecret | null {
  if (stored === null) return null;
  if (isSecretHash(stored)) return { kind: 'hash', hash: stored };
  try {
    return { kind: 'plain', secret: secrets.open(stored, deviceContext(id)) };
  } catch (cause) {
    return { kind: 'unreadable', cause };
  }
}

const COLUMNS =
  'device.id, device.product_key, device.key, device.asset_id, device.secret, device.activated, device.activated_at, device.activate_by';

/** Each kind of claim by its own index; a claim has nulls where it says nothing, which equal nothing. */
const CREDENTIALS = `
select clock.now, asked.position::int4, device.id, device.product_key as "productKey", device.key, device.asset_id as "assetId",
  product.wire_format as "wireFormat", ${IS_ACTIVATED} as activated, device.secret
from (select now_ms()::float8 as now) as clock
left join unnest($1::text[], $2::text[], $3::text[], $4::text[]) with ordinality
  as asked (id, product_key, wire_format, key, position) on true
left join lateral (
  select ${COLUMNS} from device where device.id = asked.id
  union all
  select ${COLUMNS} from device where device.product_key = asked.product_key and device.key = asked.key
  union all
  select ${COLUMNS} from device where device.id = asked.key and device.product_key = asked.product_key and device.key is null
    and not exists (select from device as named where named.product_key = asked.product_key and named.key = asked.key)
  union all
  (select ${COLUMNS} from device join product on product.key = device.product_key
  where device.key = asked.key and product.wire_format = asked.wire_format limit 8)
) as device on ${IS_THERE}
left join product on product.key = device.product_key
order by asked.position`;

const MARK_ACTIVATED = `
update device set activated_at = now_ms()
where id = any($1::text[]) and activated_at is null`;

/** A hash cannot be told, so it gives way: what the device is told from now on is what counts. */
const SECRET_TO_ACTIVATE = `
update device set secret = case when secret is null or secret like '$scrypt$%' then $2 else secret end
where id = $1 and not ${IS_ACTIVATED} and ${IS_THERE} returning secret`;
