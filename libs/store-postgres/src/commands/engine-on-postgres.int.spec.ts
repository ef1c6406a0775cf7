import { describe, expect, it } from '@jest/globals';
import { createEngine } from '@downlink/command-engine';
import {
  engineContract,
  nextCommandId,
  requestFor,
  type CommandStoreUnderTest,
} from '@downlink/command-engine/contracts';
import { createTestDatabase } from '@downlink/testing';
import { createPostgresStore, migrate } from '../index.js';

async function open(): Promise<CommandStoreUnderTest> {
  const database = await createTestDatabase({ template: migrate });
  const store = createPostgresStore({
    url: database.url,
    onConnectionError: (error) => {
      throw error;
    },
  });
  return {
    store: store.commandStore,
    reader: store.commandReader,
    outbox: store.outbox,
    due: store.dueCommands,
    close: async () => {
      await store.close();
      await database.drop();
    },
  };
}

engineContract('Postgres', open);

describe('a command that Postgres cannot store', () => {
  it('stands alone: its neighbours of the batch are committed', async () => {
    const { store, close } = await open();
    const engine = createEngine(store, { handOver: () => undefined });
    const submission = (parameters: Record<string, string>, n: number) => ({
      kind: 'submit' as const,
      commandId: nextCommandId(),
      deviceId: `device-${n}`,
      request: requestFor(`device-${n}`, { parameters }),
    });
    const signals = Array.from({ length: 9 }, (_, n) => submission(n === 4 ? { text: 'a\u0000b' } : {}, n));
    const outcomes = await engine.handle(signals);
    expect(outcomes.map(({ kind }) => kind)).toEqual(signals.map((_, n) => (n === 4 ? 'failed' : 'committed')));
    await close();
  });
});
