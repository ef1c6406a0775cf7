import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Problem } from '../errors/problem.js';
import { readBatch, type BatchItem } from './read-batch.js';

const OPTIONS = { key: 'k', sizeLimit: 1_000_000 };
const RUNS = { numRuns: 300 };

/** JSON as the body reader lets it through, biased towards what a batch is made of. */
const json = fc.jsonValue({ maxDepth: 3 });
const member = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<unknown>('d', 'x', 'all', 'key', 'immediate', null, 1, true, {}, []) },
  json,
);
const names = ['deviceId', 'service', 'method', 'parameters', 'mode', 'lifetimeSeconds', 'supersede', 'supersedeKey'];
const command = fc.dictionary(fc.constantFrom(...names, 'idempotencyKey', 'colour'), member, { noNullPrototype: true });
const good = { deviceId: 'd', service: 's', method: 'm' };
const item = fc.oneof(
  command.map((over) => ({ ...good, ...over })),
  command,
  json,
);
const list = fc.oneof(fc.array(item, { maxLength: 10 }), json);
const envelope = fc.oneof(
  fc.record({ commands: list }),
  fc.record({ devices: fc.oneof(fc.array(member, { maxLength: 10 }), json), command: item }),
  fc.dictionary(fc.constantFrom('commands', 'devices', 'command', 'other'), list, { noNullPrototype: true }),
  json,
);

/** What it comes to: the items, or the problem that ends the request. Anything else that is thrown fails the spec. */
function outcomeOf(body: unknown): readonly BatchItem[] | Problem {
  try {
    return readBatch(body, OPTIONS);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

describe('a batch, whatever it is made of,', () => {
  it('is refused as a whole with a 4xx or has one item for each that was sent', () =>
    fc.assert(
      fc.property(envelope, (body) => {
        const outcome = outcomeOf(body);
        if (outcome instanceof Problem) return expect(outcome.answer.status).toBeLessThan(500);
        const { commands, devices } = body as { commands?: unknown[]; devices?: unknown[] };
        expect(outcome).toHaveLength((devices ?? commands)!.length);
      }),
      RUNS,
    ));

  it('has for each item a command with a device and a key, or a refusal whose paths begin at the item', () =>
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 10 }), (commands) => {
        readBatch({ commands }, OPTIONS).forEach((read, index) => {
          if ('body' in read) {
            expect(read.body).toMatchObject({ deviceId: expect.any(String), method: expect.any(String) });
            expect(read.key).toMatch(/^[!-~]{1,255}$/);
            return;
          }
          expect(read.refusal.answer.status).toBe(400);
          for (const { path } of read.refusal.more.errors!) {
            expect(path === `commands[${String(index)}]` || path.startsWith(`commands[${String(index)}].`)).toBe(true);
          }
        });
      }),
      RUNS,
    ));

  it('reads each item as if it stood alone', () =>
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 5 }), (commands) => {
        const bodies = (items: readonly BatchItem[]) => items.map((read) => ('body' in read ? read.body : null));
        const alone = commands.flatMap((one) => bodies(readBatch({ commands: [one] }, OPTIONS)));
        expect(bodies(readBatch({ commands }, OPTIONS))).toEqual(alone);
      }),
      RUNS,
    ));
});
