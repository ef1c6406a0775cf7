import { createTestDatabase } from '@downlink/testing';
import { createPostgresStore, migrate, type PostgresStore } from '../index.js';

export interface OpenStore {
  readonly url: string;
  readonly store: PostgresStore;
  close(): Promise<void>;
}

/** A store over a database of its own. A connection that breaks fails the spec. */
export async function openStore(options: { poolSize?: number; secretsKey?: string } = {}): Promise<OpenStore> {
  const database = await createTestDatabase({ template: migrate });
  const store = createPostgresStore({
    url: database.url,
    ...options,
    onConnectionError: (error) => {
      throw error;
    },
  });
  return {
    url: database.url,
    store,
    close: async () => {
      await store.close();
      await database.drop();
    },
  };
}
