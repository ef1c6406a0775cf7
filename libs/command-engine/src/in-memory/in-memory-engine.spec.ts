import { engineContract } from '../contracts/index.js';
import {
  InMemoryCommandReader,
  InMemoryCommandStore,
  InMemoryDatabase,
  InMemoryDueCommands,
  InMemoryOutbox,
} from './index.js';

engineContract('memory', async () => {
  const database = new InMemoryDatabase();
  return {
    store: new InMemoryCommandStore(database),
    reader: new InMemoryCommandReader(database),
    outbox: new InMemoryOutbox(database),
    due: new InMemoryDueCommands(database),
    close: () => Promise.resolve(),
  };
});
