import {
  commandReaderContract,
  commandStoreContract,
  dueCommandsContract,
  outboxContract,
  type CommandStoreUnderTest,
} from '../contracts/index.js';
import {
  InMemoryCommandReader,
  InMemoryCommandStore,
  InMemoryDatabase,
  InMemoryDueCommands,
  InMemoryOutbox,
} from './index.js';

async function open(): Promise<CommandStoreUnderTest> {
  const database = new InMemoryDatabase();
  return {
    store: new InMemoryCommandStore(database),
    reader: new InMemoryCommandReader(database),
    outbox: new InMemoryOutbox(database),
    due: new InMemoryDueCommands(database),
    close: () => Promise.resolve(),
  };
}

commandStoreContract('memory', open);
commandReaderContract('memory', open);
outboxContract('memory', open);
dueCommandsContract('memory', open);
