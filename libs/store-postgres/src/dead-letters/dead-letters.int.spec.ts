import {
  blockedLanesContract,
  deadLettersContract,
  type BlockedLanesUnderTest,
} from '@downlink/command-engine/contracts';
import { createTestDatabase } from '@downlink/testing';
import { createPostgresStore, migrate } from '../index.js';

async function open(): Promise<BlockedLanesUnderTest> {
  const database = await createTestDatabase({ template: migrate });
  const store = createPostgresStore({
    url: database.url,
    onConnectionError: (error) => {
      throw error;
    },
  });
  return {
    letters: store.deadLetters,
    store: store.commandStore,
    reader: store.commandReader,
    declare: (id, applicationId) =>
      store.registry.apply({
        applications: [{ id: applicationId, name: applicationId, credentials: {} }],
        products: [{ key: `lamp-of-${applicationId}`, applicationId, name: 'lamp', wireFormat: 'native', model: null }],
        devices: [{ id, applicationId, productKey: `lamp-of-${applicationId}`, name: id, activated: true }],
      }),
    close: async () => {
      await store.close();
      await database.drop();
    },
  };
}

deadLettersContract('Postgres', open);
blockedLanesContract('Postgres', open);
