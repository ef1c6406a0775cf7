import { SqlMigration } from './sql-migration.js';

/** Devices that send their secret itself have it hashed; those that activate themselves are remembered as such. */
export class DeviceLogins0020 extends SqlMigration {
  readonly name = 'device_logins_0000000000020';
  readonly sql = `
comment on column device.secret is
  'AES-256-GCM, sealed for this device id, where a scheme computes with it (Huawei, EnOS); $scrypt$ and a hash where the device sends it';

alter table device add column activated_at bigint;
comment on column device.activated_at is
  'since when it has activated itself; such a device is activated whatever activated says, which is what was declared';

create index device_by_node on device (key) where key is not null;
`;
}
