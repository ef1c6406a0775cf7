import { describe, expect, it } from '@jest/globals';
import type { DeadLetter, FactMessage } from '@downlink/message-contracts';
import { factBusContract } from '../contracts/fact-bus.contract.js';
import { aFact } from '../contracts/some-facts.js';
import { LocalFactBus } from './local-fact-bus.js';
import { LocalFactServer } from './local-fact.server.js';

describe('the bus inside one process', () => {
  factBusContract({
    withinMs: 2_000,
    async open() {
      const letters: { letter: DeadLetter; fact: FactMessage }[] = [];
      const bus = new LocalFactBus({
        groups: ['one', 'two'],
        annotate: ({ request }) => ({ waiter: `waiter-of-${request.deviceId}` }),
      });
      return {
        publisher: bus,
        member: (options) =>
          new LocalFactServer({
            ...options,
            bus,
            keepDeadLetter: (letter, fact) => void letters.push({ letter, fact }),
          }),
        deadLetters: async () => letters,
        close: async () => bus.close(),
      };
    },
  });

  it('says that a fact is published only when every group has taken it', async () => {
    const bus = new LocalFactBus({ groups: ['one'] });
    let published = false;
    const publishing = bus.publish([aFact('d1', 1)]).then(() => (published = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(published).toBe(false);
    bus.group('one').join({ take: (entries) => entries.forEach((entry) => entry.done()) });
    await publishing;
    expect(published).toBe(true);
  });

  it('leaves to the outbox what is above its capacity', async () => {
    const bus = new LocalFactBus({ groups: ['one'], capacity: 2 });
    const first = bus.publish([aFact('d1', 1), aFact('d1', 2)]);
    await expect(bus.publish([aFact('d1', 3)])).rejects.toMatchObject({ code: 'bus-overloaded', retryable: true });
    bus.close();
    await expect(first).rejects.toMatchObject({ code: 'bus-closed', retryable: true });
  });

  it('knows the groups that it was told of, and no other', () => {
    expect(() => new LocalFactBus({ groups: ['one'] }).group('mistyped')).toThrow('mistyped');
  });
});
