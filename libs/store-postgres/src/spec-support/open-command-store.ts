import type { CommandStoreUnderTest } from '@downlink/command-engine/contracts';
import { createTestDatabase } from '@downlink/testing';
import { createPostgresStore, migrate } from '../index.js';

/** The engine's ports over a database of its own, for the contract suites. A connection that breaks fails the spec. */
export async function openCommandStore(): Promise<CommandStoreUnderTest> {
  const database = await createTestDatabase({ template: migrate });
  const store = createPostgresStore({
    url: database.url,
    onConnectionError: (error) => {
      throw error;
    },
  });
  return {
    store: store.commandStore,
    reader: store.commandReader,
    claims: store.attemptClaims,
    outbox: store.outbox,
    due: store.dueCommands,
    close: async () => {
      await store.close();
      await database.drop();
    },
  };
}
