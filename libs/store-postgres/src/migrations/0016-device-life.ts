import { SqlMigration } from './sql-migration.js';

/**
 * Since when a device is known to be alive, until when a new one must have shown itself, and what lists of an application's
 * devices need. `seen_at` stands at the lane because the engine writes that row anyway at each sign of life, and is in no index,
 * so that this update stays HOT.
 */
export class DeviceLife0016 extends SqlMigration {
  readonly name = 'device_life_0000000000016';
  readonly sql = `
alter table device_lane add column seen_at bigint;
comment on column device_lane.seen_at is 'the first sign of life of the device that was stored; null: none yet';
update device_lane set seen_at = now_ms() where (reachable_until is null) <> (unreachable_since is null);

alter table device add column activate_by bigint;
comment on column device.activate_by is
  'a device that has shown no sign of life until then is not there any more; null or 0: it has any time';

create index device_by_age on device (application_id, created_at, id);
create index device_by_key on device (application_id, key) where key is not null;
`;
}
