import type { Pool, PoolClient } from 'pg';
import { asFault, breaksConnection } from './pg-fault.js';

/**
 * Lends a client for the statements of one transaction, which `work` begins and ends. When it fails what it left open is rolled back,
 * and a connection on which that cannot be done is not used again.
 */
export async function onOneClient<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await asFault(pool.connect());
  let broken = false;
  try {
    return await work(client);
  } catch (error) {
    broken = breaksConnection(error) || !(await rolledBack(client));
    throw error;
  } finally {
    client.release(broken);
  }
}

/** False when the connection is gone; the server then rolls back by itself. */
function rolledBack(client: PoolClient): Promise<boolean> {
  return client.query('rollback').then(
    () => true,
    () => false,
  );
}
