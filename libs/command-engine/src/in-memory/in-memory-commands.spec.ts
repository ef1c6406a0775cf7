import {
  commandReaderContract,
  commandStoreContract,
  dueCommandsContract,
  engineContract,
  outboxContract,
} from '../contracts/index.js';
import { openInMemory } from './spec-support/open-in-memory.js';

commandStoreContract('memory', openInMemory);
commandReaderContract('memory', openInMemory);
outboxContract('memory', openInMemory);
dueCommandsContract('memory', openInMemory);
engineContract('memory', openInMemory);
