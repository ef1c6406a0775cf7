import { describe, expect, it } from '@jest/globals';
import type { Signal } from '@downlink/command-domain';
import { CommandGateway } from './command-gateway.js';
import { commandGatewayContract, nextCommandId, requestFor } from './contracts/index.js';
import { Fault } from './fault.js';
import { openInMemory } from './in-memory/spec-support/open-in-memory.js';
import type { Engine, Outcome } from './outcome.js';
import { SignalQueue } from './signal-queue.js';

commandGatewayContract('memory', openInMemory);

describe('the command gateway while the store is away', () => {
  const away = new Fault('store-unavailable', 'away', { retryable: true });
  const nothing = { search: () => Promise.resolve({ heads: [], total: 0 }) };
  const gatewayOver = (handle: Engine['handle']) =>
    new CommandGateway({ next: nextCommandId }, new SignalQueue({ handle }), nothing);
  const submissions = Array.from({ length: 1_000 }, (_, n) => ({ request: requestFor(`device-${String(n)}`) }));
  const taken = (signal: Signal): Outcome => ({ kind: 'committed', signal, head: null, events: [] });

  it('fails as a whole when nothing was taken', async () => {
    await expect(gatewayOver(() => Promise.reject(away)).submitAll(submissions)).rejects.toBe(away);
  });

  it('says which commands were taken when only some were', async () => {
    let calls = 0;
    const gateway = gatewayOver((signals) => {
      calls += 1;
      return calls === 1 ? Promise.resolve(signals.map(taken)) : Promise.reject(away);
    });
    const outcomes = await gateway.submitAll(submissions);
    expect(outcomes.slice(0, 500).map(({ kind }) => kind)).toEqual(Array.from({ length: 500 }, () => 'committed'));
    expect(outcomes[500]).toEqual({ kind: 'failed', signal: expect.objectContaining(submissions[500]!), cause: away });
  });

  it('takes nothing as nothing', async () => {
    expect(await gatewayOver(() => Promise.reject(away)).submitAll([])).toEqual([]);
  });
});
