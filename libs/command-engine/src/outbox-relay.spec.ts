import { describe, expect, it } from '@jest/globals';
import { anEvent, aRequest, COMMAND } from '@downlink/command-domain/contracts';
import { OutboxRelay, OutboxSweeper } from './outbox-relay.js';
import type { CommittedFact, FactPointer } from './ports/fact-relay.port.js';

const fact = (version: number): CommittedFact => ({
  commandId: COMMAND,
  version,
  event: anEvent.AttemptSent,
  request: aRequest(),
  lanePosition: 1,
  statusBefore: 'sending',
  status: 'sent',
});
const versions = (facts: readonly { version: number }[]) => facts.map(({ version }) => version);

function parts(options: { publishing?: () => Promise<void>; removing?: () => Promise<void> } = {}) {
  const published: number[][] = [];
  const removed: number[][] = [];
  const left: [number, string][] = [];
  const notRemoved: number[] = [];
  const publisher = {
    publish: async (facts: readonly CommittedFact[]) => {
      await options.publishing?.();
      published.push(versions(facts));
    },
  };
  const outbox = {
    remove: async (pointers: readonly FactPointer[]) => {
      await options.removing?.();
      removed.push(versions(pointers));
    },
    leftovers: async () => [fact(1), fact(2)],
  };
  const observer = {
    left: (count: number, why: string) => void left.push([count, why]),
    notRemoved: (count: number) => void notRemoved.push(count),
  };
  return { publisher, outbox, observer, published, removed, left, notRemoved };
}

describe('the outbox relay', () => {
  it('publishes at once and forgets the pointers afterwards', async () => {
    const { publisher, outbox, observer, published, removed } = parts();
    const relay = new OutboxRelay(publisher, outbox, observer);
    relay.handOver([fact(1), fact(2)]);
    await relay.drain();
    expect(published).toEqual([[1, 2]]);
    expect(removed).toEqual([[1, 2]]);
  });

  it('leaves to the outbox what could not be published', async () => {
    const failing = parts({ publishing: () => Promise.reject(new Error('away')) });
    const relay = new OutboxRelay(failing.publisher, failing.outbox, failing.observer);
    relay.handOver([fact(1)]);
    await relay.drain();
    expect(failing.left).toEqual([[1, 'publish-failed']]);
    expect(failing.removed).toEqual([]);
  });

  it('leaves to the outbox what does not fit into its memory', async () => {
    const slow = parts();
    const relay = new OutboxRelay(slow.publisher, slow.outbox, slow.observer, 2);
    relay.handOver([fact(1), fact(2)]);
    relay.handOver([fact(3)]);
    await relay.drain();
    expect(slow.left).toEqual([[1, 'full']]);
    expect(slow.removed).toEqual([[1, 2]]);
  });

  it('survives a removal that fails: the facts will be published once more', async () => {
    const stuck = parts({ removing: () => Promise.reject(new Error('away')) });
    const relay = new OutboxRelay(stuck.publisher, stuck.outbox, stuck.observer);
    relay.handOver([fact(1)]);
    await relay.drain();
    expect(stuck.notRemoved).toEqual([1]);
  });
});

describe('the outbox sweeper', () => {
  it('publishes what was left behind and then forgets it', async () => {
    const { publisher, outbox, published, removed } = parts();
    expect(await new OutboxSweeper(publisher, outbox).sweep([0])).toBe(2);
    expect([published, removed]).toEqual([[[1, 2]], [[1, 2]]]);
  });

  it('forgets nothing when publishing fails', async () => {
    const failing = parts({ publishing: () => Promise.reject(new Error('away')) });
    await expect(new OutboxSweeper(failing.publisher, failing.outbox).sweep([0])).rejects.toThrow('away');
    expect(failing.removed).toEqual([]);
  });
});
