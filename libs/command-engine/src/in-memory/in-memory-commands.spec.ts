import {
  attemptClaimsContract,
  commandReaderContract,
  deviceEventsContract,
  commandStoreContract,
  dueCommandsContract,
  engineContract,
  idempotencyContract,
  livenessContract,
  outboxContract,
  supersedingContract,
} from '../contracts/index.js';
import { openInMemory } from './spec-support/open-in-memory.js';

commandStoreContract('memory', openInMemory);
commandReaderContract('memory', openInMemory);
deviceEventsContract('memory', openInMemory);
outboxContract('memory', openInMemory);
dueCommandsContract('memory', openInMemory);
attemptClaimsContract('memory', openInMemory);
engineContract('memory', openInMemory);
idempotencyContract('memory', openInMemory);
livenessContract('memory', openInMemory);
supersedingContract('memory', openInMemory);
