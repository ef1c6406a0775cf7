import { describe, expect, it } from '@jest/globals';
import { aFact } from '../contracts/some-facts.js';
import { LocalFactBus } from './local-fact-bus.js';
import { LocalFactTail } from './local-fact-tail.js';

describe('a tail of the bus inside one process', () => {
  const fact = aFact('d1', 1);
  const open = (statuses = [fact.status]) => {
    const bus = new LocalFactBus({ groups: [] });
    const heard: number[] = [];
    let listening = 0;
    const tail = new LocalFactTail(bus, {
      statuses,
      onFact: ({ version }) => void heard.push(version),
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
    expect(heard).toEqual([2, 3]);
    expect(listening()).toBe(1);
  });

  it('passes over facts after which the command has another status', async () => {
    const { bus, tail, heard } = open(['expired']);
    tail.listen();
    await bus.publish([fact]);
    expect(heard).toEqual([]);
  });
});
