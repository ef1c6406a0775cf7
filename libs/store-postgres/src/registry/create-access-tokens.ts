import { randomBytes } from 'node:crypto';
import type { AccessTokens, IssuedTokens } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { asFault } from '../pools/pg-fault.js';
import type { SecretBox } from './secret-box.js';

const TOKEN_BYTES = 32;

interface Ttl {
  accessMs: number;
  refreshMs: number;
}

/** Access tokens in Postgres; see the port. Tokens are 32 random bytes as 64 hex digits, which any header and any client takes. */
export function createAccessTokens({ pool, secrets }: { pool: Pool; secrets: SecretBox }): AccessTokens {
  const store = async (sql: string, ttl: Ttl, ...parameters: unknown[]): Promise<IssuedTokens | undefined> => {
    const [accessToken, refreshToken] = [makeToken(), makeToken()];
    const digests = [secrets.digest(accessToken), secrets.digest(refreshToken)];
    const { rowCount } = await asFault(pool.query(sql, [...digests, ttl.accessMs, ttl.refreshMs, ...parameters]));
    if (rowCount === 0) return undefined;
    return { accessToken, refreshToken, expiresIn: Math.floor(ttl.accessMs / 1000) };
  };
  return {
    async issue({ id, dialect }, ttl) {
      const issued = await store(ISSUE, ttl, id, dialect);
      if (!issued) throw new Error(`no token was stored for application ${id}`);
      return issued;
    },
    refresh: ({ id, dialect }, refreshToken, ttl) => store(REFRESH, ttl, id, dialect, secrets.digest(refreshToken)),
    async find(dialect, accessToken) {
      const values = [dialect, secrets.digest(accessToken)];
      const found = pool.query<{ applicationId: string; expiresAt: number }>({
        name: 'find-token',
        text: FIND,
        values,
      });
      return (await asFault(found)).rows[0];
    },
    async revoke(dialect, accessToken) {
      return (await asFault(pool.query(REVOKE, [dialect, secrets.digest(accessToken)]))).rowCount === 1;
    },
  };
}

function makeToken(): string {
  return randomBytes(TOKEN_BYTES).toString('hex');
}

const after = (parameter: string) => `now_ms() + ${parameter}::bigint`;

/** One row per application and dialect: writing the new tokens is what ends the old ones. */
const ISSUE = `
insert into access_token (access_digest, refresh_digest, access_expires_at, refresh_expires_at, application_id, dialect)
values ($1, $2, ${after('$3')}, ${after('$4')}, $5, $6)
on conflict (application_id, dialect) do update
set access_digest = excluded.access_digest, access_expires_at = excluded.access_expires_at,
  refresh_digest = excluded.refresh_digest, refresh_expires_at = excluded.refresh_expires_at`;

/** Of two refreshes with one token the second waits for the row and then finds another digest in it. */
const REFRESH = `
update access_token
set access_digest = $1, refresh_digest = $2, access_expires_at = ${after('$3')}, refresh_expires_at = ${after('$4')}
where application_id = $5 and dialect = $6 and refresh_digest = $7 and refresh_expires_at > now_ms()`;

const FIND = `
select application_id as "applicationId", access_expires_at::float8 as "expiresAt"
from access_token where dialect = $1 and access_digest = $2 and access_expires_at > now_ms()`;

const REVOKE = `delete from access_token where dialect = $1 and access_digest = $2 and access_expires_at > now_ms()`;
