import {
  commandReaderContract,
  commandStoreContract,
  dueCommandsContract,
  outboxContract,
  type CommandStoreUnderTest,
} from '@downlink/command-engine/contracts';
import { createTestDatabase } from '@downlink/testing';
import { createPostgresStore, migrate } from '../index.js';

async function open(): Promise<CommandStoreUnderTest> {
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
    outbox: store.outbox,
    due: store.dueCommands,
    close: async () => {
      await store.close();
      await database.drop();
    },
  };
}

commandStoreContract('Postgres', open);
commandReaderContract('Postgres', open);
outboxContract('Postgres', open);
dueCommandsContract('Postgres', open);
