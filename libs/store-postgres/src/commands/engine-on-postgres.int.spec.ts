import { describe, expect, it } from '@jest/globals';
import { createEngine } from '@downlink/command-engine';
import {
  engineContract,
  idempotencyContract,
  livenessContract,
  nextCommandId,
  requestFor,
  supersedingContract,
} from '@downlink/command-engine/contracts';
import { openCommandStore } from '../spec-support/open-command-store.js';

engineContract('Postgres', openCommandStore);
idempotencyContract('Postgres', openCommandStore);
livenessContract('Postgres', openCommandStore);
supersedingContract('Postgres', openCommandStore);

describe('a command that Postgres cannot store', () => {
  it('stands alone: its neighbours of the batch are committed', async () => {
    const { store, close } = await openCommandStore();
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
