import { describe, expect, it } from '@jest/globals';
import { aFact } from '../contracts/some-facts.js';
import { LocalFactBus } from './local-fact-bus.js';
import { LocalFactTail } from './local-fact-tail.js';

describe('a tail of the bus inside one process', () => {
  const fact = aFact('d1', 1);
  const open = (statuses: string[] = [fact.status]) => {
    const bus = new LocalFactBus({ groups: [] });
    const heard: string[] = [];
    let listening = 0;
    const tail = new LocalFactTail(bus, {
      wants: (status) => statuses.includes(status),
      onFact: ({ version }, deviceId) => void heard.push(`${deviceId} ${String(version)}`),
      onListening: () => void (listening += 1),
    });
    return { bus, tail, heard, listening: () => listening };
  };

  it('hears what is published while it listens, by the headers', async () => {
    const { bus, tail, heard, listening } = open();
    await bus.publish([aFact('d1', 1)]);
    tail.listen();
    await bus.publish([aFact('d1', 2), aFact('d2', 3)]);
    tail.rest();
    await bus.publish([aFact('d1', 4)]);
    expect(heard).toEqual(['d1 2', 'd2 3']);
    expect(listening()).toBe(1);
  });

  it('passes over facts after which the command has another status', async () => {
    const { bus, tail, heard } = open(['expired']);
    tail.listen();
    await bus.publish([fact]);
    expect(heard).toEqual([]);
  });
});
