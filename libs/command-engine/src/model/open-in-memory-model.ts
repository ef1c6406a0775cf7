import { makeCommandId } from '@downlink/command-domain';
import {
  InMemoryAttemptClaims,
  InMemoryCommandReader,
  InMemoryCommandStore,
  InMemoryDatabase,
  InMemoryDueCommands,
  InMemoryOutbox,
} from '../in-memory/index.js';
import type { ModelSubject } from './world.js';

const BORN = 1_800_000_000_000;

/** An empty memory with a clock that stands still until it is turned. */
export async function openInMemoryModel(): Promise<ModelSubject> {
  const database = new InMemoryDatabase();
  let now = BORN;
  let ids = 0;
  database.clock = () => now;
  return {
    store: new InMemoryCommandStore(database),
    reader: new InMemoryCommandReader(database),
    claims: new InMemoryAttemptClaims(database),
    outbox: new InMemoryOutbox(database),
    due: new InMemoryDueCommands(database),
    devices: ['lamp-a', 'lamp-b'],
    nextId: () => makeCommandId(BORN, 1, (ids += 1)),
    clock: () => now,
    setClock: (to) => {
      now = to;
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}
