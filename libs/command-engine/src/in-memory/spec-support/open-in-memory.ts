import type { CommandStoreUnderTest } from '../../contracts/index.js';
import {
  InMemoryAttemptClaims,
  InMemoryCommandReader,
  InMemoryCommandStore,
  InMemoryDatabase,
  InMemoryDueCommands,
  InMemoryOutbox,
} from '../index.js';

/** The engine's ports over an empty memory, for the contract suites. */
export async function openInMemory(): Promise<CommandStoreUnderTest> {
  const database = new InMemoryDatabase();
  return {
    store: new InMemoryCommandStore(database),
    reader: new InMemoryCommandReader(database),
    claims: new InMemoryAttemptClaims(database),
    outbox: new InMemoryOutbox(database),
    due: new InMemoryDueCommands(database),
    close: () => Promise.resolve(),
  };
}
