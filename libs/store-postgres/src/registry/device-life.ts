import type { NewDevice } from '@downlink/command-engine';
import type { ClientBase } from 'pg';

/** A condition on `device`: it is not one that had to show itself by now and has not. */
export const IS_THERE = `(coalesce(device.activate_by, 0) = 0 or device.activate_by > now_ms() or exists (
  select from device_lane as seen where seen.device_id = device.id and seen.seen_at is not null))`;

/** Takes away what is not there any more and has a name that is given anew. No statement where no name is given. */
export async function removeLapsed(client: ClientBase, devices: readonly NewDevice[]): Promise<void> {
  const named = devices.filter(({ key }) => (key ?? null) !== null);
  if (named.length === 0) return;
  await client.query(REMOVE, [named.map(({ applicationId }) => applicationId), named.map(({ key }) => key)]);
}

const REMOVE = `
delete from device using unnest($1::text[], $2::text[]) as given (application_id, key)
where device.application_id = given.application_id and device.key = given.key and not ${IS_THERE}`;
