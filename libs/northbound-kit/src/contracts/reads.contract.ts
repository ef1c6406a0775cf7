import { expect, it } from '@jest/globals';
import { ContractClient } from './contract-client.js';
import type { DialectSubject } from './dialect-subject.js';

/** Reading changes nothing: the same call says the same again, and leaves the store as it was. */
export function readsContract(subject: DialectSubject): void {
  const client = new ContractClient(subject);

  it('reads any number of times, changing nothing', async () => {
    const { countRows, facts } = subject.running();
    const calls = subject.reads(await client.created());
    expect(calls.length).toBeGreaterThan(0);
    const [rows, committed] = [await countRows(), facts.length];
    for (const call of calls) {
      const first = await client.outcomeOf(() => client.call(call));
      expect(first).toMatchObject({ status: 200, commands: [] });
      expect(await client.outcomeOf(() => client.call(call))).toEqual(first);
    }
    expect(await countRows()).toEqual(rows);
    expect(facts.length).toBe(committed);
  });
}
