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

interface Owner {
  id: string;
  dialect: string;
}

/** Access tokens in Postgres; see the port. Tokens are 32 random bytes as 64 hex digits, which any header and any client takes. */
export function createAccessTokens({ pool, secrets }: { pool: Pool; secrets: SecretBox }): AccessTokens {
  const store = async (sql: string, owner: Owner, ttl: Ttl, ...more: unknown[]): Promise<IssuedTokens | undefined> => {
    const [accessToken, refreshToken] = [makeToken(), makeToken()];
    const digests = [secrets.digest(accessToken), secrets.digest(refreshToken)];
    const sealed = sql === ISSUE ? null : secrets.seal(`${accessToken}.${refreshToken}`, contextOf(owner));
    const parameters = [owner.id, owner.dialect, ...digests, ttl.accessMs, ttl.refreshMs, sealed, ...more];
    const { rowCount } = await asFault(pool.query(sql, parameters));
    if (rowCount === 0) return undefined;
    return { accessToken, refreshToken, expiresIn: Math.floor(ttl.accessMs / 1000) };
  };
  const read = async (owner: Owner, renewBelowMs: number): Promise<IssuedTokens | undefined> => {
    const query = pool.query<{ sealed: string; leftMs: number }>({
      name: 'current-token',
      text: CURRENT,
      values: [owner.id, owner.dialect, renewBelowMs],
    });
    const row = (await asFault(query)).rows[0];
    if (row === undefined) return undefined;
    const [accessToken = '', refreshToken = ''] = secrets.open(row.sealed, contextOf(owner)).split('.');
    return { accessToken, refreshToken, expiresIn: Math.floor(row.leftMs / 1000) };
  };
  return {
    async issue(owner, ttl) {
      const issued = await store(ISSUE, owner, ttl);
      if (!issued) throw new Error(`no token was stored for application ${owner.id}`);
      return issued;
    },
    async current(owner, ttl, { renewBelowMs = 0 } = {}) {
      // Who finds none and then writes none has been overtaken by somebody whose tokens are there now.
      for (let attempt = 0; attempt < CURRENT_TRIES; attempt++) {
        const found = (await read(owner, renewBelowMs)) ?? (await store(RENEW, owner, ttl, renewBelowMs));
        if (found) return found;
      }
      throw new Error(`tokens of application ${owner.id} end before they can be told`);
    },
    refresh: (owner, refreshToken, ttl) => store(REFRESH, owner, ttl, secrets.digest(refreshToken)),
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
    async redeem(dialect, proof, forMs) {
      const redeemed = pool.query({
        name: 'redeem-login-proof',
        text: REDEEM,
        values: [dialect, secrets.digest(proof), forMs],
      });
      return (await asFault(redeemed)).rowCount === 1;
    },
  };
}

const CURRENT_TRIES = 5;

function makeToken(): string {
  return randomBytes(TOKEN_BYTES).toString('hex');
}

function contextOf({ id, dialect }: Owner): string {
  return `token:${dialect}:${id}`;
}

const after = (parameter: string) => `now_ms() + ${parameter}::bigint`;

/** One row per application and dialect: writing the new tokens is what ends the old ones. */
const ISSUE = `
insert into access_token as stored
  (application_id, dialect, access_digest, refresh_digest, access_expires_at, refresh_expires_at, sealed)
values ($1, $2, $3, $4, ${after('$5')}, ${after('$6')}, $7)
on conflict (application_id, dialect) do update
set access_digest = excluded.access_digest, access_expires_at = excluded.access_expires_at,
  refresh_digest = excluded.refresh_digest, refresh_expires_at = excluded.refresh_expires_at, sealed = excluded.sealed`;

/** Tokens that are told again; those of somebody who was faster stand. */
const RENEW = `${ISSUE}
where stored.sealed is null or stored.access_expires_at <= now_ms() + $8::bigint`;

const CURRENT = `
select sealed, (access_expires_at - now_ms())::float8 as "leftMs" from access_token
where application_id = $1 and dialect = $2 and sealed is not null and access_expires_at > now_ms() + $3::bigint`;

/** Of two refreshes with one token the second waits for the row and then finds another digest in it. */
const REFRESH = `
update access_token
set access_digest = $3, refresh_digest = $4, access_expires_at = ${after('$5')}, refresh_expires_at = ${after('$6')},
  sealed = case when sealed is null then null else $7 end
where application_id = $1 and dialect = $2 and refresh_digest = $8 and refresh_expires_at > now_ms()`;

const FIND = `
select application_id as "applicationId", access_expires_at::float8 as "expiresAt"
from access_token where dialect = $1 and access_digest = $2 and access_expires_at > now_ms()`;

const REVOKE = `delete from access_token where dialect = $1 and access_digest = $2 and access_expires_at > now_ms()`;

/** Each use clears away some that are over, so that the table holds what is still good and little more. */
const REDEEM = `
with over as (
  delete from login_proof where (dialect, digest) in (
    select dialect, digest from login_proof
    where good_until < now_ms() and (dialect, digest) <> ($1, $2::bytea)
    order by good_until limit 10 for update skip locked)
)
insert into login_proof as used (dialect, digest, good_until)
values ($1, $2, ${after('$3')})
on conflict (dialect, digest) do update set good_until = excluded.good_until where used.good_until < now_ms()`;
