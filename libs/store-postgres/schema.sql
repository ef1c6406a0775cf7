CREATE OR REPLACE FUNCTION public.check_written(what text, written integer, expected integer, code text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  if written <> expected then
    raise exception 'of % % only % were as they had been read', expected, what, written using errcode = code;
  end if;
end $function$
;

CREATE OR REPLACE FUNCTION public.now_ms()
 RETURNS bigint
 LANGUAGE sql
 PARALLEL SAFE
RETURN (floor((EXTRACT(epoch FROM clock_timestamp()) * (1000)::numeric)))::bigint
;

create table access_token (
  application_id text collate "C" not null,
  dialect text not null,
  access_digest bytea not null,
  access_expires_at bigint not null,
  refresh_digest bytea not null,
  refresh_expires_at bigint not null,
  constraint access_token_application_id_fkey FOREIGN KEY (application_id) REFERENCES application(id) ON DELETE CASCADE,
  constraint access_token_pkey PRIMARY KEY (application_id, dialect),
  constraint access_token_access UNIQUE (dialect, access_digest)
);
comment on table access_token is 'one row per application and dialect: only the newest tokens are valid';

create table application (
  id text collate "C" not null,
  name text not null,
  created_at bigint default now_ms() not null,
  constraint application_pkey PRIMARY KEY (id)
);

create table application_credential (
  application_id text collate "C" not null,
  dialect text not null,
  key_id text collate "C" not null,
  digest bytea not null,
  sealed text,
  org_id text,
  constraint application_credential_application_id_fkey FOREIGN KEY (application_id) REFERENCES application(id) ON DELETE CASCADE,
  constraint application_credential_pkey PRIMARY KEY (application_id, dialect),
  constraint application_credential_key UNIQUE (dialect, key_id)
);
comment on column application_credential.key_id is 'what the caller names itself by: appId (huawei), appKey (enos), accessKey (quectel); native keys name themselves, so theirs is the digest';
comment on column application_credential.digest is 'HMAC-SHA256 of the secret under a key that the database does not have';
comment on column application_credential.sealed is 'AES-256-GCM; only for dialects whose callers prove the secret by hashing it (enos, quectel), which takes the plain secret to check';

create table command (
  command_id bigint not null,
  version integer not null,
  application_id text collate "C" not null,
  device_id text collate "C" not null,
  shard smallint not null,
  lane_position bigint not null,
  status text not null,
  queue_pos bigint,
  due_at bigint,
  accepted_at bigint not null,
  request jsonb not null,
  state jsonb not null,
  constraint command_version_check CHECK ((version >= 1)),
  constraint command_pkey PRIMARY KEY (command_id)
) partition by RANGE (command_id);
CREATE INDEX command_application ON ONLY public.command USING btree (application_id, command_id);
CREATE INDEX command_due ON ONLY public.command USING btree (due_at, shard) WHERE (due_at IS NOT NULL);
CREATE INDEX command_lane ON ONLY public.command USING btree (device_id, lane_position);
CREATE INDEX command_queue ON ONLY public.command USING btree (device_id, queue_pos) WHERE (queue_pos IS NOT NULL);
comment on table command is 'The heads: each command as the fold of its events, with what is searched by beside it';
comment on column command.queue_pos is 'The lane position while the command is queued, otherwise null';
comment on column command.due_at is 'The one instant at which time next means something to the command, or null';
comment on column command.state is 'The state without its request, which never changes';

create table command_default partition of command DEFAULT with (fillfactor=80);

create table command_event (
  command_id bigint not null,
  version integer not null,
  type text not null,
  at bigint not null,
  data jsonb not null,
  constraint command_event_version_check CHECK ((version >= 1)),
  constraint command_event_pkey PRIMARY KEY (command_id, version)
) partition by RANGE (command_id);
comment on table command_event is 'The truth: every event of every command, insert only, versions 1..n without a gap';
comment on column command_event.data is 'The event without its type and at';

create table command_event_default partition of command_event DEFAULT;

create table device (
  id text collate "C" not null,
  application_id text collate "C" not null,
  product_key text collate "C" not null,
  name text not null,
  activated boolean not null,
  secret text,
  created_at bigint default now_ms() not null,
  constraint device_product FOREIGN KEY (application_id, product_key) REFERENCES product(application_id, key),
  constraint device_pkey PRIMARY KEY (id)
);
CREATE INDEX device_of_application ON public.device USING btree (application_id, id);
comment on column device.secret is 'AES-256-GCM, sealed for this device id; some schemes need it in plain (Huawei HMAC)';

create table device_lane (
  device_id text collate "C" not null,
  shard smallint not null,
  next_position bigint default 1 not null,
  queued integer default 0 not null,
  in_flight bigint,
  in_flight_since bigint,
  reachable_until bigint,
  unreachable_since bigint,
  retry_at bigint,
  blocked_by text,
  constraint device_lane_queued_check CHECK ((queued >= 0)),
  constraint device_lane_pkey PRIMARY KEY (device_id)
) with (fillfactor=70, autovacuum_vacuum_scale_factor=0.05, autovacuum_vacuum_threshold=1000);
comment on table device_lane is 'One queue per device; its row lock is what serialises everything about the device';

create table outbox (
  command_id bigint not null,
  version integer not null,
  shard smallint not null,
  written_at bigint default now_ms() not null,
  constraint outbox_pkey PRIMARY KEY (command_id, version)
) with (autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=1000, autovacuum_vacuum_cost_delay=0, autovacuum_vacuum_insert_scale_factor=0, autovacuum_vacuum_insert_threshold=100000);
CREATE INDEX outbox_age ON public.outbox USING btree (written_at);
comment on table outbox is 'Pointers to events that have not been published yet; publishing deletes them';

create table product (
  key text collate "C" not null,
  application_id text collate "C" not null,
  name text not null,
  wire_format text not null,
  model jsonb,
  created_at bigint default now_ms() not null,
  constraint product_application_id_fkey FOREIGN KEY (application_id) REFERENCES application(id),
  constraint product_pkey PRIMARY KEY (key),
  constraint product_of_application UNIQUE (application_id, key)
);
comment on column product.model is 'canonical model; null when the product takes any parameters';

create table replica (
  lease_group text not null,
  owner text not null,
  expires_at bigint not null,
  constraint replica_pkey PRIMARY KEY (lease_group, owner)
);
comment on table replica is 'The processes that share the shards of a group; alive until expires_at';

create table schema_migration (
  id integer default nextval('schema_migration_id_seq'::regclass) not null,
  "timestamp" bigint not null,
  name character varying not null,
  constraint "PK_0edff5015b71cc0389ae0f4b9a1" PRIMARY KEY (id)
);

create table shard_lease (
  lease_group text not null,
  shard smallint not null,
  owner text,
  epoch bigint default 1 not null,
  expires_at bigint not null,
  constraint shard_lease_pkey PRIMARY KEY (lease_group, shard)
);
comment on column shard_lease.owner is 'null when it was handed back';
comment on column shard_lease.epoch is 'Counts the changes of owner; for people who look into what happened';

create table webhook_attempt (
  command_id bigint not null,
  version integer not null,
  attempt integer not null,
  started_at bigint not null,
  duration_ms integer not null,
  outcome text not null,
  status integer,
  response text,
  error text,
  retry_in_ms bigint,
  constraint webhook_attempt_outcome_check CHECK ((outcome = ANY (ARRAY['succeeded'::text, 'failed'::text]))),
  constraint webhook_attempt_pkey PRIMARY KEY (command_id, version, attempt)
) partition by RANGE (command_id);
comment on table webhook_attempt is 'Insert only: every request that was made, and what came back';
comment on column webhook_attempt.status is 'HTTP status, or null when there was no answer';

create table webhook_attempt_default partition of webhook_attempt DEFAULT;

create table webhook_delivery (
  command_id bigint not null,
  version integer not null,
  shard smallint not null,
  application_id text not null,
  device_id text not null,
  url text not null,
  content_type text not null,
  body text not null,
  status text default 'pending'::text not null,
  attempts integer default 0 not null,
  next_at bigint,
  constraint webhook_delivery_next CHECK (((status = 'pending'::text) = (next_at IS NOT NULL))),
  constraint webhook_delivery_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'succeeded'::text, 'exhausted'::text]))),
  constraint webhook_delivery_pkey PRIMARY KEY (command_id, version)
) partition by RANGE (command_id);
CREATE INDEX webhook_delivery_due ON ONLY public.webhook_delivery USING btree (next_at, shard) WHERE (next_at IS NOT NULL);
comment on table webhook_delivery is 'One row per event that an application wants to hear of; the id of the webhook is command_id-version';
comment on column webhook_delivery.body is 'The exact text that every attempt sends';
comment on column webhook_delivery.next_at is 'Pending: nobody may take the delivery before this instant, be it that it is claimed, waits for its retry, or for an earlier delivery of its command. Otherwise null';

create table webhook_delivery_default partition of webhook_delivery DEFAULT with (fillfactor=80);

create table worker_number (
  worker smallint not null,
  owner text,
  expires_at bigint default 0 not null,
  reusable_at bigint default 0 not null,
  constraint worker_number_worker_check CHECK (((worker >= 0) AND (worker <= 1023))),
  constraint worker_number_pkey PRIMARY KEY (worker)
);
comment on column worker_number.reusable_at is 'Given to nobody else before this instant, which is never before the end of the last lease: no id of its holder carries a later time';
