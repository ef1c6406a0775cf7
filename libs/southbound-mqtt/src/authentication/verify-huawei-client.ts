import { createHmac, timingSafeEqual } from 'node:crypto';
import { parseHuaweiClientId } from './huawei-client-id.js';

export interface HuaweiConnect {
  clientId: string;
  username: string | undefined;
  password: string | undefined;
}

const hour = 3_600_000;

/**
 * Huawei OceanConnect, "Device connection authentication": the user name is the id inside the client id, the password the
 * hex HMAC-SHA256 of the secret, keyed with the time string of the client id. With sign type 1 that time, a whole UTC
 * hour, must be the present one or a neighbour of it; with sign type 0 it is not looked at.
 * @param secret the device's secret, as registered
 * @param now milliseconds of the Unix epoch
 */
export function verifyHuaweiClient(connect: HuaweiConnect, secret: string, now: number): boolean {
  const parsed = parseHuaweiClientId(connect.clientId);
  if (!parsed || parsed.id !== connect.username || connect.password === undefined) return false;
  if (parsed.timeChecked && !isNear(parsed.time, now)) return false;
  if (!/^[0-9a-f]{64}$/i.test(connect.password)) return false;
  return timingSafeEqual(
    Buffer.from(connect.password, 'hex'),
    createHmac('sha256', parsed.time).update(secret, 'utf8').digest(),
  );
}

/** The password that such a device sends: for simulators, and to show what is expected. */
export function huaweiPassword(secret: string, time: string): string {
  return createHmac('sha256', time).update(secret, 'utf8').digest('hex');
}

function isNear(time: string, now: number): boolean {
  const iso = `${time.slice(0, 4)}-${time.slice(4, 6)}-${time.slice(6, 8)}T${time.slice(8, 10)}:00:00.000Z`;
  const stamped = Date.parse(iso);
  // Date.parse lets 30 February roll over into March; the text that comes back tells.
  if (Number.isNaN(stamped) || new Date(stamped).toISOString() !== iso) return false;
  return Math.abs(Math.floor(now / hour) - stamped / hour) <= 1;
}
