import {
  blockedLanesContract,
  deadLettersContract,
  InMemoryCommandReader,
  InMemoryCommandStore,
  InMemoryDatabase,
  InMemoryDeadLetters,
  type BlockedLanesUnderTest,
} from '../contracts/index.js';

async function open(): Promise<BlockedLanesUnderTest> {
  const database = new InMemoryDatabase();
  const owners = new Map<string, string>();
  return {
    letters: new InMemoryDeadLetters(database, (deviceId) => owners.get(deviceId)),
    store: new InMemoryCommandStore(database),
    reader: new InMemoryCommandReader(database),
    declare: async (deviceId, applicationId) => void owners.set(deviceId, applicationId),
    close: () => Promise.resolve(),
  };
}

deadLettersContract('memory', open);
blockedLanesContract('memory', open);
