import type { CommandStoreUnderTest } from '@downlink/command-engine/contracts';
import { openStore } from './open-store.js';

/** The engine's ports over a database of its own, for the contract suites. */
export async function openCommandStore(): Promise<CommandStoreUnderTest> {
  const { store, close } = await openStore();
  return {
    store: store.commandStore,
    reader: store.commandReader,
    claims: store.attemptClaims,
    outbox: store.outbox,
    due: store.dueCommands,
    close,
  };
}
