import { SqlMigration } from './sql-migration.js';

/**
 * What the vendors' APIs need of the registry: rights between applications, versions of models, names of devices that vendors
 * give. A column that may be null means what its comment says, so that an update can leave it out in one statement.
 */
export class Registry0011 extends SqlMigration {
  readonly name = 'registry_0000000000011';
  readonly sql = `
alter table application
  add column org_id text collate "C",
  add column calls_per_minute integer check (calls_per_minute >= 0),
  add column methods jsonb;
comment on column application.org_id is 'what EnOS calls the owner of everything';
comment on column application.calls_per_minute is 'null or 0: any number';
comment on column application.methods is '{allow, deny}: patterns of service.method; null: all are allowed';
update application set org_id = credential.org_id
from application_credential as credential
where credential.application_id = application.id and credential.org_id is not null;
alter table application_credential drop column org_id;

create table application_grant (
  grantee text collate "C" not null references application (id) on delete cascade,
  owner text collate "C" not null references application (id) on delete cascade,
  primary key (grantee, owner),
  check (grantee <> owner)
);
comment on table application_grant is 'the owner lets the grantee act for it';
create index application_grant_owner on application_grant (owner);

alter table product
  add column secret text,
  add column attributes jsonb,
  add column model_version integer not null default 0,
  add column model_source jsonb;
comment on column product.secret is 'AES-256-GCM, sealed for this product key';
comment on column product.attributes is 'what dialects keep, each under its name; null: nothing';
comment on column product.model_source is '{format, document}: the vendor''s own format that the model was made from';

create table product_model (
  product_key text collate "C" not null references product (key) on delete cascade,
  version integer not null check (version > 0),
  model jsonb not null,
  created_at bigint not null default now_ms(),
  primary key (product_key, version)
);
comment on table product_model is 'every model that a product has had; commands name the version that they were checked against';
insert into product_model (product_key, version, model) select key, 1, model from product where model is not null;
update product set model_version = 1 where model is not null;
alter table product add constraint product_model_version check ((model is null) = (model_version = 0));

alter table device
  add column key text collate "C",
  add column asset_id text collate "C",
  add column attributes jsonb;
create unique index device_key on device (product_key, key) where key is not null;
create unique index device_asset on device (application_id, asset_id) where asset_id is not null;
comment on column device.key is 'the vendor''s name for it within the product: deviceKey (EnOS, Quectel), nodeId (Huawei)';
comment on column device.attributes is 'what dialects keep, each under its name; null: nothing';
`;
}
