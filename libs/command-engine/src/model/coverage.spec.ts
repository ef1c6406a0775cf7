import { describe, expect, it } from '@jest/globals';
import type { EventType, RejectionCode } from '@downlink/command-domain';
import { anEvent } from '@downlink/command-domain/contracts';
import { runSequential } from './model.contract.js';
import { openInMemoryModel } from './open-in-memory-model.js';
import type { Mutation } from './world.js';

const EVENTS = Object.keys(anEvent) as EventType[];

/** Rejections with specs of their own: presence with epochs, and turns, which only the engine gives. */
const ELSEWHERE: readonly RejectionCode[] = ['not-its-turn', 'old-session'];
const REJECTIONS: { readonly [C in RejectionCode]: true } = {
  'unknown-command': true,
  'already-accepted': true,
  'lane-full': true,
  'device-unreachable': true,
  'idempotency-key-reused': true,
  'not-cancelable': true,
  'not-its-turn': true,
  'not-due': true,
  'stale-attempt': true,
  'already-confirmed': true,
  'already-acknowledged': true,
  'already-final': true,
  'old-session': true,
  'too-many-answers': true,
};

describe('the histories that the model is shown', () => {
  it('bring about every event and every rejection: a rule that looked at nothing has proved nothing', async () => {
    const seen = new Set<string>();
    const watching: Mutation = {
      engine: ({ handle }) => ({
        handle: async (signals) => {
          const outcomes = await handle(signals);
          for (const outcome of outcomes) {
            if (outcome.kind === 'rejected') seen.add(outcome.rejection.code);
            if (outcome.kind === 'committed') for (const { event } of outcome.events) seen.add(event.type);
          }
          return outcomes;
        },
      }),
    };
    await runSequential(openInMemoryModel, 500, { mutation: watching });
    const expected = [...EVENTS, ...(Object.keys(REJECTIONS) as RejectionCode[])];
    expect(expected.filter((one) => !seen.has(one) && !(ELSEWHERE as readonly string[]).includes(one))).toEqual([]);
  }, 60_000);
});
