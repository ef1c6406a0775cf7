import type { Application, Page } from '@downlink/command-engine';
import type { Pool } from 'pg';

const COLUMNS = `id, name, created_at::float8 as "createdAt"`;

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

/** The application whose credential of this dialect goes by this key id, with the digest that its secret must match. */
export async function findCredential(
  pool: Pool,
  dialect: string,
  keyId: string,
): Promise<{ application: Application; digest: Buffer } | undefined> {
  const { rows } = await pool.query<Application & { digest: Buffer }>({
    name: 'find-credential',
    text: FIND_CREDENTIAL,
    values: [dialect, keyId],
  });
  if (!rows[0]) return undefined;
  const { digest, ...application } = rows[0];
  return { application, digest };
}

const FIND_CREDENTIAL = `
select ${COLUMNS}, digest from application_credential join application on application.id = application_id
where dialect = $1 and key_id = $2`;
