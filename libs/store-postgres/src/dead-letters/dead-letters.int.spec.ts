import { deadLettersContract } from '@downlink/command-engine/contracts';
import { createTestDatabase } from '@downlink/testing';
import { createPostgresStore, migrate } from '../index.js';

deadLettersContract('Postgres', async () => {
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
});
