import type { NewApplication } from '@downlink/command-engine';
import type { ClientBase } from 'pg';
import { RegistryConflict } from './registry-conflict.js';
import { isStorable } from './check-declaration.js';
import type { SecretBox } from './secret-box.js';

interface CredentialRow {
  path: string;
  applicationId: string;
  dialect: string;
  keyId: string;
  digest: Buffer;
  sealed: string | null;
  orgId: string | null;
}

/** Creates or updates applications and the credentials that are given; those left out stay. Three statements at most. */
export async function applyApplications(
  client: ClientBase,
  applications: readonly NewApplication[],
  secrets: SecretBox,
): Promise<void> {
  if (applications.length === 0) return;
  await client.query(UPSERT, [applications.map(({ id }) => id), applications.map(({ name }) => name)]);
  const credentials = applications.flatMap((application, at) => credentialsOf(application, at, secrets));
  if (credentials.length === 0) return;
  await refuseTakenKeys(client, credentials);
  await client.query(UPSERT_CREDENTIALS, [
    credentials.map(({ applicationId }) => applicationId),
    credentials.map(({ dialect }) => dialect),
    credentials.map(({ keyId }) => keyId),
    credentials.map(({ digest }) => digest),
    credentials.map(({ sealed }) => sealed),
    credentials.map(({ orgId }) => orgId),
  ]);
}

function credentialsOf({ id, credentials }: NewApplication, at: number, secrets: SecretBox): CredentialRow[] {
  const { native, huawei, enos, quectel } = credentials;
  const path = (member: string) => `applications[${at}].${member}`;
  const row = (member: string, keyId: string, secret: string) => {
    if (!isStorable(keyId)) throw new RegistryConflict(path(member), 'contains the character NUL');
    const dialect = member.replace(/\..*/, '');
    return {
      path: path(member),
      applicationId: id,
      dialect,
      keyId,
      digest: secrets.digest(secret),
      sealed: null,
      orgId: null,
    };
  };
  const rows: CredentialRow[] = [];
  if (native) rows.push(row('native.key', secrets.digest(native.key).toString('base64url'), native.key));
  if (huawei) rows.push(row('huawei.secret', id, huawei.secret));
  if (enos) {
    if (!isStorable(enos.orgId)) throw new RegistryConflict(path('enos.orgId'), 'contains the character NUL');
    const sealed = secrets.seal(enos.appSecret, `enos:${enos.appKey}`);
    rows.push({ ...row('enos.appKey', enos.appKey, enos.appSecret), sealed, orgId: enos.orgId });
  }
  if (quectel) {
    const sealed = secrets.seal(quectel.accessSecret, `quectel:${quectel.accessKey}`);
    rows.push({ ...row('quectel.accessKey', quectel.accessKey, quectel.accessSecret), sealed });
  }
  return rows;
}

/** A key names one application. Two declarations racing for one key meet the unique index in place of this. */
async function refuseTakenKeys(client: ClientBase, credentials: readonly CredentialRow[]): Promise<void> {
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
insert into application (id, name)
select given.id, given.name from unnest($1::text[], $2::text[]) as given (id, name) order by given.id
on conflict (id) do update set name = excluded.name`;

const TAKEN_KEYS = `
select given.position::int4 as position
from unnest($1::text[], $2::text[], $3::text[]) with ordinality as given (dialect, key_id, application_id, position)
join application_credential as taken using (dialect, key_id)
where taken.application_id <> given.application_id
order by given.position limit 1`;

const UPSERT_CREDENTIALS = `
insert into application_credential (application_id, dialect, key_id, digest, sealed, org_id)
select * from unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::text[], $6::text[])
  as given (application_id, dialect, key_id, digest, sealed, org_id)
order by given.application_id, given.dialect
on conflict (application_id, dialect) do update
set key_id = excluded.key_id, digest = excluded.digest, sealed = excluded.sealed, org_id = excluded.org_id`;
