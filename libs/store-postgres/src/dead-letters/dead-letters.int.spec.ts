import {
  blockedLanesContract,
  deadLettersContract,
  type BlockedLanesUnderTest,
} from '@downlink/command-engine/contracts';
import { openStore } from '../spec-support/open-store.js';

async function open(): Promise<BlockedLanesUnderTest> {
  const { store, close } = await openStore();
  return {
    letters: store.deadLetters,
    store: store.commandStore,
    reader: store.commandReader,
    declare: async (id, applicationId) => {
      await store.registry.apply({
        applications: [{ id: applicationId, name: applicationId, credentials: {} }],
        products: [{ key: `lamp-of-${applicationId}`, applicationId, name: 'lamp', wireFormat: 'native', model: null }],
        devices: [{ id, applicationId, productKey: `lamp-of-${applicationId}`, name: id, activated: true }],
      });
    },
    close,
  };
}

deadLettersContract('Postgres', open);
blockedLanesContract('Postgres', open);
