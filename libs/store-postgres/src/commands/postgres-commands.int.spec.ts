import {
  attemptClaimsContract,
  commandReaderContract,
  deviceEventsContract,
  commandStoreContract,
  dueCommandsContract,
  outboxContract,
} from '@downlink/command-engine/contracts';
import { openCommandStore } from '../spec-support/open-command-store.js';

commandStoreContract('Postgres', openCommandStore);
commandReaderContract('Postgres', openCommandStore);
deviceEventsContract('Postgres', openCommandStore);
outboxContract('Postgres', openCommandStore);
dueCommandsContract('Postgres', openCommandStore);
attemptClaimsContract('Postgres', openCommandStore);
