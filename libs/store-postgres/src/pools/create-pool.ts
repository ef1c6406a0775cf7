import pg from 'pg';

export interface PoolOptions {
  /** postgres://user:password@host:port/database */
  readonly url: string;
  /** Connections at most. */
  readonly size: number;
  readonly applicationName: string;
  /** Further settings of the session, for example `{ synchronous_commit: 'off' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Told of connections that broke; the next statement opens a new one. */
  readonly onConnectionError: (error: Error) => void;
}

/**
 * What every session of the engine runs with. All its statements are look-ups by key: a plan must not depend on when the
 * tables were last analysed, a hash join or sequential scan over the log is never right, and planning again for each call
 * costs more than the call.
 */
const SESSION = {
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  jit: 'off',
  plan_cache_mode: 'force_generic_plan',
};

/**
 * A pool for hand-written statements. Nothing waits for ever: a lock 10 s, a statement 30 s, a connection 10 s, an answer
 * that never comes (a frozen server) 40 s; a transaction whose process hangs gives its locks back after 10 s.
 */
export function createPool(options: PoolOptions): pg.Pool {
  const settings = { ...SESSION, ...options.settings };
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.size,
    application_name: options.applicationName,
    options: Object.entries(settings)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
    connectionTimeoutMillis: 10_000,
    lock_timeout: 10_000,
    statement_timeout: 30_000,
    query_timeout: 40_000,
    idle_in_transaction_session_timeout: 10_000,
    keepAlive: true,
    pipeline: true,
  });
  // Without listeners a connection that the server cuts ends the process: the pool's is for idle connections, the
  // connection's own for those that are lent out, whose statement fails with the same error besides.
  pool.on('error', options.onConnectionError);
  pool.on('connect', (client) => client.on('error', options.onConnectionError));
  return pool;
}
