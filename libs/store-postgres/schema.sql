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
  sealed text,
  constraint access_token_application_id_fkey FOREIGN KEY (application_id) REFERENCES application(id) ON DELETE CASCADE,
  constraint access_token_pkey PRIMARY KEY (application_id, dialect),
  constraint access_token_access UNIQUE (dialect, access_digest)
);
comment on table access_token is 'one row per application and dialect: only the newest tokens are valid';
comment on column access_token.sealed is 'both tokens, AES-256-GCM, for dialects that tell a token again while it is good (enos, quectel); null: told once';

create table application (
  id text collate "C" not null,
  name text not null,
  created_at bigint default now_ms() not null,
  org_id text collate "C",
  calls_per_minute integer,
  methods jsonb,
  constraint application_calls_per_minute_check CHECK ((calls_per_minute >= 0)),
  constraint application_pkey PRIMARY KEY (id)
);
comment on column application.org_id is 'what EnOS calls the owner of everything';
comment on column application.calls_per_minute is 'null or 0: any number';
comment on column application.methods is '{allow, deny}: patterns of service.method; null: all are allowed';

create table application_credential (
  application_id text collate "C" not null,
  dialect text not null,
  key_id text collate "C" not null,
  digest bytea not null,
  sealed text,
  constraint application_credential_application_id_fkey FOREIGN KEY (application_id) REFERENCES application(id) ON DELETE CASCADE,
  constraint application_credential_pkey PRIMARY KEY (application_id, dialect),
  constraint application_credential_key UNIQUE (dialect, key_id)
);
comment on column application_credential.key_id is 'what the caller names itself by: appId (huawei), appKey (enos), accessKey (quectel); native keys name themselves, so theirs is the digest';
comment on column application_credential.digest is 'HMAC-SHA256 of the secret under a key that the database does not have';
comment on column application_credential.sealed is 'AES-256-GCM; only for dialects whose callers prove the secret by hashing it (enos, quectel), which takes the plain secret to check';

create table application_grant (
  grantee text collate "C" not null,
  owner text collate "C" not null,
  constraint application_grant_check CHECK ((grantee <> owner)),
  constraint application_grant_grantee_fkey FOREIGN KEY (grantee) REFERENCES application(id) ON DELETE CASCADE,
  constraint application_grant_owner_fkey FOREIGN KEY (owner) REFERENCES application(id) ON DELETE CASCADE,
  constraint application_grant_pkey PRIMARY KEY (grantee, owner)
);
CREATE INDEX application_grant_owner ON public.application_grant USING btree (owner);
comment on table application_grant is 'the owner lets the grantee act for it';

create table batch_member (
  task_id uuid not null,
  place integer not null,
  device_id text collate "C" not null,
  command_id bigint not null,
  target jsonb,
  outcome text,
  refusal text,
  constraint batch_member_outcome_check CHECK ((outcome = ANY (ARRAY['submitted'::text, 'refused'::text]))),
  constraint batch_member_refusal CHECK (((NOT (outcome IS DISTINCT FROM 'refused'::text)) = (refusal IS NOT NULL))),
  constraint batch_member_task_id_fkey FOREIGN KEY (task_id) REFERENCES batch_task(id) ON DELETE CASCADE,
  constraint batch_member_pkey PRIMARY KEY (task_id, place),
  constraint batch_member_task_id_command_id_key UNIQUE (task_id, command_id)
);
CREATE INDEX batch_member_open ON public.batch_member USING btree (task_id, place) WHERE (outcome IS NULL);
comment on table batch_member is 'The devices of a task, and what became of each';
comment on column batch_member.target is 'What the command takes from its own device; null where it was refused from the beginning';
comment on column batch_member.outcome is 'Null until a runner has written it down';

create table batch_task (
  id uuid default uuidv7() not null,
  application_id text collate "C" not null,
  name text not null,
  timeout_ms bigint not null,
  details json not null,
  request jsonb not null,
  total integer not null,
  created_at bigint not null,
  started_at bigint,
  submitted_at bigint,
  next_at bigint,
  constraint batch_task_next CHECK (((submitted_at IS NULL) = (next_at IS NOT NULL))),
  constraint batch_task_pkey PRIMARY KEY (id)
);
CREATE INDEX batch_task_open ON public.batch_task USING btree (next_at) WHERE (next_at IS NOT NULL);
CREATE INDEX batch_task_over ON public.batch_task USING btree (submitted_at) WHERE (submitted_at IS NOT NULL);
comment on table batch_task is 'One row per request to send a command to many devices';
comment on column batch_task.details is 'What the dialect shows again of the call';
comment on column batch_task.request is 'What all commands of the task have in common';
comment on column batch_task.next_at is 'Open: nobody may take the task before this instant, because it is claimed. Finished: null';

create unlogged table call_count (
  minute integer not null,
  application_id text collate "C" not null,
  calls integer not null,
  constraint call_count_pkey PRIMARY KEY (minute, application_id)
);
comment on table call_count is 'Calls of applications that have a quota; only the last minutes are kept';
comment on column call_count.minute is 'Whole minutes since 1970, by now_ms()';

create table cancel_task (
  id uuid default uuidv7() not null,
  application_id text collate "C" not null,
  device_id text collate "C" not null,
  status text default 'waiting'::text not null,
  total integer not null,
  canceled integer default 0 not null,
  not_canceled integer default 0 not null,
  created_at bigint not null,
  started_at bigint,
  finished_at bigint,
  next_at bigint,
  constraint cancel_task_finished CHECK (((status = ANY (ARRAY['waiting'::text, 'running'::text])) = (finished_at IS NULL))),
  constraint cancel_task_next CHECK (((status = ANY (ARRAY['waiting'::text, 'running'::text])) = (next_at IS NOT NULL))),
  constraint cancel_task_status_check CHECK ((status = ANY (ARRAY['waiting'::text, 'running'::text, 'succeeded'::text, 'partly-succeeded'::text, 'failed'::text]))),
  constraint cancel_task_pkey PRIMARY KEY (id)
);
CREATE INDEX cancel_task_application ON public.cancel_task USING btree (application_id, id);
CREATE INDEX cancel_task_open ON public.cancel_task USING btree (next_at) WHERE (next_at IS NOT NULL);
CREATE INDEX cancel_task_over ON public.cancel_task USING btree (finished_at) WHERE (finished_at IS NOT NULL);
comment on table cancel_task is 'One row per request to cancel all that is queued for a device';
comment on column cancel_task.next_at is 'Open: nobody may take the task before this instant, because it is claimed. Finished: null';

create table cancel_task_command (
  task_id uuid not null,
  command_id bigint not null,
  queue_pos bigint not null,
  outcome text,
  found_status text,
  constraint cancel_task_command_outcome_check CHECK ((outcome = ANY (ARRAY['canceled'::text, 'not-canceled'::text]))),
  constraint cancel_task_command_task_id_fkey FOREIGN KEY (task_id) REFERENCES cancel_task(id) ON DELETE CASCADE,
  constraint cancel_task_command_pkey PRIMARY KEY (task_id, command_id)
);
comment on table cancel_task_command is 'The commands that were queued when the task was made';
comment on column cancel_task_command.outcome is 'Null until a runner has written it down';
comment on column cancel_task_command.found_status is 'Not canceled: the status that stood against it';

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
  claimed_attempt integer default 0 not null,
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
comment on column command.claimed_attempt is 'The latest attempt that a dispatcher has claimed for publishing; later ones have surely not been published. Not part of the fold';

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

create table dead_letter (
  id bigint generated always as identity not null,
  topic text not null,
  topic_partition integer not null,
  topic_offset bigint not null,
  recorded_at bigint not null,
  groups text[] not null,
  device_id text collate "C",
  command_id bigint,
  attempts integer not null,
  error text not null,
  size integer not null,
  record_key bytea,
  record_value bytea,
  record_headers bytea,
  state text default 'open'::text not null,
  reason text,
  created_at bigint default now_ms() not null,
  settled_at bigint,
  constraint dead_letter_settled CHECK (((state = 'open'::text) = (settled_at IS NULL))),
  constraint dead_letter_state_check CHECK ((state = ANY (ARRAY['open'::text, 'replayed'::text, 'discarded'::text]))),
  constraint dead_letter_pkey PRIMARY KEY (id),
  constraint dead_letter_origin UNIQUE (topic, topic_partition, topic_offset, recorded_at)
);
CREATE INDEX dead_letter_device ON public.dead_letter USING btree (device_id, id);
CREATE INDEX dead_letter_open ON public.dead_letter USING btree (device_id, id) WHERE (state = 'open'::text);
CREATE INDEX dead_letter_settled ON public.dead_letter USING btree (settled_at) WHERE (settled_at IS NOT NULL);
comment on table dead_letter is 'One row per record that was given up, whoever of its consumers gave it up';
comment on column dead_letter.recorded_at is 'The record''s own time: a topic made anew counts its offsets from 0 again, and what is there must not pass for an old one';
comment on column dead_letter.groups is 'The consumer groups that could not take it';
comment on column dead_letter.device_id is 'The record''s key, if a device can be called so';
comment on column dead_letter.size is 'Bytes of key, value and headers; of a record above the bound nothing else is kept';
comment on column dead_letter.record_headers is 'JSON: [[name, value in base64]]; null when the record was too large to keep';

create table device (
  id text collate "C" not null,
  application_id text collate "C" not null,
  product_key text collate "C" not null,
  name text not null,
  activated boolean not null,
  secret text,
  created_at bigint default now_ms() not null,
  key text collate "C",
  asset_id text collate "C",
  attributes jsonb,
  activate_by bigint,
  activated_at bigint,
  constraint device_product FOREIGN KEY (application_id, product_key) REFERENCES product(application_id, key),
  constraint device_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX device_asset ON public.device USING btree (application_id, asset_id) WHERE (asset_id IS NOT NULL);
CREATE INDEX device_by_age ON public.device USING btree (application_id, created_at, id);
CREATE INDEX device_by_key ON public.device USING btree (application_id, key) WHERE (key IS NOT NULL);
CREATE INDEX device_by_node ON public.device USING btree (key) WHERE (key IS NOT NULL);
CREATE UNIQUE INDEX device_key ON public.device USING btree (product_key, key) WHERE (key IS NOT NULL);
CREATE INDEX device_of_application ON public.device USING btree (application_id, id);
comment on column device.secret is 'AES-256-GCM, sealed for this device id, where a scheme computes with it (Huawei, EnOS); $scrypt$ and a hash where the device sends it';
comment on column device.key is 'the vendor''s name for it within the product: deviceKey (EnOS, Quectel), nodeId (Huawei)';
comment on column device.attributes is 'what dialects keep, each under its name; null: nothing';
comment on column device.activate_by is 'a device that has shown no sign of life until then is not there any more; null or 0: it has any time';
comment on column device.activated_at is 'since when it has activated itself; such a device is activated whatever activated says, which is what was declared';

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
  presence_epoch bigint,
  idle boolean generated always as (((queued > 0) AND (in_flight IS NULL) AND (blocked_by IS NULL) AND (unreachable_since IS NULL))) stored not null,
  seen_at bigint,
  constraint device_lane_queued_check CHECK ((queued >= 0)),
  constraint device_lane_pkey PRIMARY KEY (device_id)
) with (fillfactor=70, autovacuum_vacuum_scale_factor=0.05, autovacuum_vacuum_threshold=1000);
CREATE INDEX device_lane_blocked ON public.device_lane USING btree (device_id) WHERE (blocked_by IS NOT NULL);
CREATE INDEX device_lane_idle ON public.device_lane USING btree (shard, device_id) WHERE idle;
comment on table device_lane is 'One queue per device; its row lock is what serialises everything about the device';
comment on column device_lane.presence_epoch is 'The newest session of the device that it has named itself; null when it names none';
comment on column device_lane.idle is 'Somebody waits and nothing holds the lane: its turn is due, postponed or lost';
comment on column device_lane.seen_at is 'the first sign of life of the device that was stored; null: none yet';

create table idempotency_key (
  application_id text collate "C" not null,
  key text collate "C" not null,
  digest text not null,
  command_id bigint not null,
  used_at bigint not null,
  constraint idempotency_key_pkey PRIMARY KEY (application_id, key)
) with (autovacuum_vacuum_scale_factor=0.05, autovacuum_vacuum_threshold=5000);
CREATE INDEX idempotency_key_age ON public.idempotency_key USING btree (used_at);
comment on table idempotency_key is 'The first use of each key: the command that it stands for, for 24 hours';
comment on column idempotency_key.digest is 'Of the call''s body: the same key with another digest is refused';

create table login_proof (
  dialect text collate "C" not null,
  digest bytea not null,
  good_until bigint not null,
  constraint login_proof_pkey PRIMARY KEY (dialect, digest)
);
CREATE INDEX login_proof_over ON public.login_proof USING btree (good_until);
comment on table login_proof is 'proofs of login that were used, until they are too old to be taken anyway';
comment on column login_proof.digest is 'HMAC-SHA256 of what was sent, so that nobody who reads it can log in with it';

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
  late_answers text default 'record'::text not null,
  secret text,
  attributes jsonb,
  model_version integer default 0 not null,
  model_source jsonb,
  constraint product_late_answers_check CHECK ((late_answers = ANY (ARRAY['record'::text, 'accept'::text]))),
  constraint product_model_version CHECK (((model IS NULL) = (model_version = 0))),
  constraint product_application_id_fkey FOREIGN KEY (application_id) REFERENCES application(id),
  constraint product_pkey PRIMARY KEY (key),
  constraint product_of_application UNIQUE (application_id, key)
);
comment on column product.model is 'canonical model; null when the product takes any parameters';
comment on column product.late_answers is 'What an answer after the time-out does to commands submitted from now on';
comment on column product.secret is 'AES-256-GCM, sealed for this product key';
comment on column product.attributes is 'what dialects keep, each under its name; null: nothing';
comment on column product.model_source is '{format, document}: the vendor''s own format that the model was made from';

create table product_model (
  product_key text collate "C" not null,
  version integer not null,
  model jsonb not null,
  created_at bigint default now_ms() not null,
  constraint product_model_version_check CHECK ((version > 0)),
  constraint product_model_product_key_fkey FOREIGN KEY (product_key) REFERENCES product(key) ON DELETE CASCADE,
  constraint product_model_pkey PRIMARY KEY (product_key, version)
);
comment on table product_model is 'every model that a product has had; commands name the version that they were checked against';

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

create table stray_answer (
  id bigint generated always as identity not null,
  device_id text collate "C" not null,
  registered boolean not null,
  at bigint default now_ms() not null,
  reason text not null,
  reference text,
  topic text not null,
  payload bytea not null,
  payload_bytes integer not null,
  constraint stray_answer_pkey PRIMARY KEY (id)
);
CREATE INDEX stray_answer_age ON public.stray_answer USING btree (at);
CREATE INDEX stray_answer_device ON public.stray_answer USING btree (device_id, id);
CREATE INDEX stray_answer_stranger ON public.stray_answer USING btree (id) WHERE (NOT registered);
comment on table stray_answer is 'What devices said that belongs to no command: bounded per device, purged by age';
comment on column stray_answer.registered is 'False for names that are no device of ours, which are bounded all together';
comment on column stray_answer.payload is 'The first bytes as they came; payload_bytes says how many there were';

create table subscription (
  id uuid default uuidv7() not null,
  application_id text collate "C" not null,
  topic text collate "C" not null,
  url text not null,
  created_at bigint not null,
  constraint subscription_pkey PRIMARY KEY (id),
  constraint subscription_application_id_topic_key UNIQUE (application_id, topic)
);
comment on table subscription is 'One row per application and kind of notice that it wants to hear of';

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
  receiver text collate "C" default ''::text not null,
  constraint webhook_attempt_outcome_check CHECK ((outcome = ANY (ARRAY['succeeded'::text, 'failed'::text]))),
  constraint webhook_attempt_pkey PRIMARY KEY (command_id, version, receiver, attempt)
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
  receiver text collate "C" default ''::text not null,
  constraint webhook_delivery_next CHECK (((status = 'pending'::text) = (next_at IS NOT NULL))),
  constraint webhook_delivery_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'succeeded'::text, 'exhausted'::text]))),
  constraint webhook_delivery_pkey PRIMARY KEY (command_id, version, receiver)
) partition by RANGE (command_id);
CREATE INDEX webhook_delivery_due ON ONLY public.webhook_delivery USING btree (next_at, shard) WHERE (next_at IS NOT NULL);
comment on table webhook_delivery is 'One row per event and receiver that is to hear of it; the id of the webhook is command_id-version, and -receiver where one is named';
comment on column webhook_delivery.body is 'The exact text that every attempt sends';
comment on column webhook_delivery.next_at is 'Pending: nobody may take the delivery before this instant, be it that it is claimed, waits for its retry, or for an earlier delivery of its command. Otherwise null';
comment on column webhook_delivery.receiver is 'Which of several receivers of the event; empty for the command''s own callback';

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
