import {
  attemptClaimsContract,
  commandReaderContract,
  commandStoreContract,
  dueCommandsContract,
  outboxContract,
} from '@downlink/command-engine/contracts';
import { openCommandStore } from '../spec-support/open-command-store.js';

commandStoreContract('Postgres', openCommandStore);
commandReaderContract('Postgres', openCommandStore);
outboxContract('Postgres', openCommandStore);
dueCommandsContract('Postgres', openCommandStore);
attemptClaimsContract('Postgres', openCommandStore);
