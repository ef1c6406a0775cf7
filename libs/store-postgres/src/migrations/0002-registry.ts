import { SqlMigration } from './sql-migration.js';

/** Applications, their credentials and tokens, products and devices. Ids compare by byte, so that pages have one order on every host. */
export class Registry0002 extends SqlMigration {
  readonly name = 'registry_0000000000002';
  readonly sql = `
create table application (
  id text collate "C" primary key,
  name text not null,
  created_at bigint not null default now_ms()
);

create table application_credential (
  application_id text collate "C" not null references application (id) on delete cascade,
  dialect text not null,
  key_id text collate "C" not null,
  digest bytea not null,
  sealed text,
  org_id text,
  primary key (application_id, dialect),
  constraint application_credential_key unique (dialect, key_id)
);
comment on column application_credential.key_id is
  'what the caller names itself by: appId (huawei), appKey (enos), accessKey (quectel); native keys name themselves, so theirs is the digest';
comment on column application_credential.digest is 'HMAC-SHA256 of the secret under a key that the database does not have';
comment on column application_credential.sealed is
  'AES-256-GCM; only for dialects whose callers prove the secret by hashing it (enos, quectel), which takes the plain secret to check';

create table access_token (
  application_id text collate "C" not null references application (id) on delete cascade,
  dialect text not null,
  access_digest bytea not null,
  access_expires_at bigint not null,
  refresh_digest bytea not null,
  refresh_expires_at bigint not null,
  primary key (application_id, dialect),
  constraint access_token_access unique (dialect, access_digest)
);
comment on table access_token is 'one row per application and dialect: only the newest tokens are valid';

create table product (
  key text collate "C" primary key,
  application_id text collate "C" not null references application (id),
  name text not null,
  wire_format text not null,
  model jsonb,
  created_at bigint not null default now_ms(),
  constraint product_of_application unique (application_id, key)
);
comment on column product.model is 'canonical model; null when the product takes any parameters';

create table device (
  id text collate "C" primary key,
  application_id text collate "C" not null,
  product_key text collate "C" not null,
  name text not null,
  activated boolean not null,
  secret text,
  created_at bigint not null default now_ms(),
  constraint device_product foreign key (application_id, product_key) references product (application_id, key)
);
create index device_of_application on device (application_id, id);
comment on column device.secret is 'AES-256-GCM, sealed for this device id; some schemes need it in plain (Huawei HMAC)';
`;
}
