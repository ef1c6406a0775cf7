import type { Applied, NewApplication } from '@downlink/command-engine';
import type { ClientBase } from 'pg';
import { credentialRows, type CredentialRow } from './credential-rows.js';
import { RegistryConflict } from './registry-conflict.js';
import type { SecretBox } from './secret-box.js';

/**
 * Creates or updates applications, the credentials that are given and who may act for whom; what is left out stays. Returns the
 * credentials that were made and taken.
 */
export async function applyApplications(
  client: ClientBase,
  applications: readonly NewApplication[],
  secrets: SecretBox,
): Promise<Applied['credentials']> {
  if (applications.length === 0) return [];
  const ids = applications.map(({ id }) => id);
  const orgIds = applications.map(
    ({ credentials, credentialsIfNone }) => (credentials.enos ?? credentialsIfNone?.enos)?.orgId,
  );
  await client.query(UPSERT, [
    ids,
    applications.map(({ name }) => name),
    orgIds.map((orgId) => orgId ?? null),
    applications.map(({ callsPerMinute }) => callsPerMinute ?? null),
    applications.map(({ methods }) => (methods === undefined ? null : JSON.stringify(methods))),
  ]);
  await applyGrants(client, applications);
  const given = applications.flatMap(({ id, credentials }, at) => credentialRows(id, credentials, pathOf(at), secrets));
  const made = applications.flatMap(({ id, credentialsIfNone = {} }, at) =>
    credentialRows(id, credentialsIfNone, pathOf(at), secrets),
  );
  await refuseTakenKeys(client, [...given, ...made]);
  if (given.length > 0) await client.query(UPSERT_CREDENTIALS, columnsOf(given));
  if (made.length === 0) return [];
  return (await client.query<Applied['credentials'][number]>(FILL_CREDENTIALS, columnsOf(made))).rows;
}

const pathOf = (at: number) => `applications[${at}]`;

function columnsOf(rows: readonly CredentialRow[]): unknown[] {
  return [
    rows.map(({ applicationId }) => applicationId),
    rows.map(({ dialect }) => dialect),
    rows.map(({ keyId }) => keyId),
    rows.map(({ digest }) => digest),
    rows.map(({ sealed }) => sealed),
  ];
}

/** What an application declares replaces the whole of who lets it act; all applications of the declaration are there by now. */
async function applyGrants(client: ClientBase, applications: readonly NewApplication[]): Promise<void> {
  const declared = applications.flatMap(({ id, authorisedBy }, at) => (authorisedBy ? [{ id, authorisedBy, at }] : []));
  if (declared.length === 0) return;
  const grants = declared.flatMap(({ id, authorisedBy, at }) =>
    authorisedBy.map((owner, place) => ({ grantee: id, owner, path: `${pathOf(at)}.authorisedBy[${place}]` })),
  );
  const own = grants.find(({ grantee, owner }) => grantee === owner);
  if (own) throw new RegistryConflict(own.path, 'an application needs no leave to act for itself');
  const values = [grants.map(({ grantee }) => grantee), grants.map(({ owner }) => owner)];
  await client.query(DROP_GRANTS, [declared.map(({ id }) => id), ...values]);
  const { rows } = await client.query<{ position: number }>(UNKNOWN_OWNER, [values[1]]);
  const unknown = rows[0] && grants[rows[0].position - 1];
  if (unknown) throw new RegistryConflict(unknown.path, `there is no application "${unknown.owner}"`);
  await client.query(ADD_GRANTS, values);
}

/** A key names one application. Two declarations racing for one key meet the unique index in place of this. */
async function refuseTakenKeys(client: ClientBase, credentials: readonly CredentialRow[]): Promise<void> {
  if (credentials.length === 0) return;
  const first = new Map<string, CredentialRow>();
  for (const credential of credentials) {
    const key = `${credential.dialect} ${credential.keyId}`;
    if (first.has(key)) throw taken(credential);
    first.set(key, credential);
  }
  const { rows } = await client.query<{ position: number }>(TAKEN_KEYS, [
    credentials.map(({ dialect }) => dialect),
    credentials.map(({ keyId }) => keyId),
    credentials.map(({ applicationId }) => applicationId),
  ]);
  const offender = rows[0] && credentials[rows[0].position - 1];
  if (offender) throw taken(offender);
}

function taken({ path }: CredentialRow): RegistryConflict {
  return new RegistryConflict(path, 'belongs to another application');
}

const UPSERT = `
insert into application as stored (id, name, org_id, calls_per_minute, methods)
select given.id, given.name, given.org_id, given.calls_per_minute, given.methods::jsonb
from unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::text[])
  as given (id, name, org_id, calls_per_minute, methods)
order by given.id
on conflict (id) do update
set name = excluded.name, org_id = coalesce(excluded.org_id, stored.org_id),
  calls_per_minute = coalesce(excluded.calls_per_minute, stored.calls_per_minute),
  methods = coalesce(excluded.methods, stored.methods)`;

const DROP_GRANTS = `
delete from application_grant where grantee = any($1::text[])
  and (grantee, owner) not in (select * from unnest($2::text[], $3::text[]))`;

const UNKNOWN_OWNER = `
select given.position::int4 as position from unnest($1::text[]) with ordinality as given (owner, position)
where not exists (select from application where id = given.owner) order by given.position limit 1`;

const ADD_GRANTS = `
insert into application_grant (grantee, owner)
select * from unnest($1::text[], $2::text[]) as given (grantee, owner) order by grantee, owner
on conflict (grantee, owner) do nothing`;

const TAKEN_KEYS = `
select given.position::int4 as position
from unnest($1::text[], $2::text[], $3::text[]) with ordinality as given (dialect, key_id, application_id, position)
join application_credential as taken using (dialect, key_id)
where taken.application_id <> given.application_id
order by given.position limit 1`;

const INSERT_CREDENTIALS = `
insert into application_credential (application_id, dialect, key_id, digest, sealed)
select * from unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::text[])
  as given (application_id, dialect, key_id, digest, sealed)
order by given.application_id, given.dialect`;

const UPSERT_CREDENTIALS = `${INSERT_CREDENTIALS}
on conflict (application_id, dialect) do update
set key_id = excluded.key_id, digest = excluded.digest, sealed = excluded.sealed`;

const FILL_CREDENTIALS = `${INSERT_CREDENTIALS}
on conflict (application_id, dialect) do nothing
returning application_id as "applicationId", dialect`;
