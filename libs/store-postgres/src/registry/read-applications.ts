import type { Application, Page } from '@downlink/command-engine';
import type { Pool } from 'pg';

const COLUMNS = `application.id, application.name, application.org_id as "orgId",
  array(select owner from application_grant where grantee = application.id order by owner) as "authorisedBy",
  coalesce(calls_per_minute, 0) as "callsPerMinute",
  coalesce(methods, '{"allow": [], "deny": []}') as methods,
  application.created_at::float8 as "createdAt"`;

/** One application by id. */
export async function readApplication(pool: Pool, id: string): Promise<Application | undefined> {
  const { rows } = await pool.query<Application>(`select ${COLUMNS} from application where id = $1`, [id]);
  return rows[0];
}

/** A page of all applications, ordered by id. */
export async function listApplications(pool: Pool, { after = '', limit }: Page): Promise<Application[]> {
  const sql = `select ${COLUMNS} from application where id > $1 order by id limit $2`;
  return (await pool.query<Application>(sql, [after, limit])).rows;
}

/** An application with what is stored of one of its credentials. */
export interface FoundCredential {
  readonly application: Application;
  /** What the secret must match. */
  readonly digest: Buffer;
  /** The secret, sealed, where the dialect's callers prove it by hashing. */
  readonly sealed: string | null;
}

/** The application whose credential of this dialect goes by this key id. */
export async function findCredential(pool: Pool, dialect: string, keyId: string): Promise<FoundCredential | undefined> {
  const { rows } = await pool.query<Application & Omit<FoundCredential, 'application'>>({
    name: 'find-credential',
    text: FIND_CREDENTIAL,
    values: [dialect, keyId],
  });
  if (!rows[0]) return undefined;
  const { digest, sealed, ...application } = rows[0];
  return { application, digest, sealed };
}

const FIND_CREDENTIAL = `
select ${COLUMNS}, digest, sealed from application_credential join application on application.id = application_id
where dialect = $1 and key_id = $2`;

/** What is stored of an application's credential of this dialect, with the key that it goes by. */
export async function findSealedKey(
  pool: Pool,
  dialect: string,
  applicationId: string,
): Promise<{ readonly keyId: string; readonly sealed: string | null } | undefined> {
  const { rows } = await pool.query<{ keyId: string; sealed: string | null }>({
    name: 'find-sealed-key',
    text: `select key_id as "keyId", sealed from application_credential where application_id = $1 and dialect = $2`,
    values: [applicationId, dialect],
  });
  return rows[0];
}
