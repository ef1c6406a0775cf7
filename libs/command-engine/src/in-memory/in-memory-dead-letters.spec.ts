import {
  deadLettersContract,
  InMemoryCommandStore,
  InMemoryDatabase,
  InMemoryDeadLetters,
} from '../contracts/index.js';

deadLettersContract('memory', async () => {
  const database = new InMemoryDatabase();
  const owners = new Map<string, string>();
  return {
    letters: new InMemoryDeadLetters(database, (deviceId) => owners.get(deviceId)),
    store: new InMemoryCommandStore(database),
    declare: async (deviceId, applicationId) => void owners.set(deviceId, applicationId),
    close: () => Promise.resolve(),
  };
});
