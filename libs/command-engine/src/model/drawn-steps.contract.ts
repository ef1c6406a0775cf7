import fc from 'fast-check';
import type { Step, Wish } from './steps.js';

const crash = fc.option(fc.constantFrom('before-commit', 'after-commit', 'before-delete'), { freq: 12 });
const device = fc.nat({ max: 1 });
const which = fc.nat({ max: 50 });

const wish: fc.Arbitrary<Wish> = fc.record({
  device,
  mode: fc.constantFrom('cached', 'cached', 'cached', 'immediate'),
  policy: fc.record(
    {
      maxRetransmit: fc.nat({ max: 3 }),
      laneCap: fc.integer({ min: 1, max: 4 }),
      lateAnswers: fc.constantFrom('record', 'accept'),
      immediate: fc.constantFrom('bypass', 'join'),
      finishWithinMs: fc.constantFrom(15_000, 90_000),
    },
    { requiredKeys: ['maxRetransmit', 'laneCap', 'lateAnswers', 'immediate'] },
  ),
  lifetimeMs: fc.constantFrom(5_000, 60_000, 900_000),
  topic: fc.constantFrom('lamp', 'valve'),
  supersedes: fc.option(fc.constantFrom('all', 'method', 'key'), { freq: 3 }),
  idempotency: fc.option(fc.record({ key: fc.constantFrom('k1', 'k2'), digest: fc.constantFrom('a', 'b') }), {
    freq: 3,
  }),
});

/** One step of a history, the likelier ones more often. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('submit'), wishes: fc.array(wish, { minLength: 1, maxLength: 3 }), crash }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('cancel'), which, crash }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('presence'),
      device,
      seen: fc.constantFrom('here', 'here, turn later', 'gone', 'turn'),
    }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      do: fc.constant('deliver'),
      which,
      broker: fc.constantFrom('accepted', 'accepted', 'no-subscriber', 'unavailable', 'refused', 'nothing'),
      crash,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('receive'),
      which,
      device: fc.constantFrom('acknowledges', 'acknowledges and answers', 'fails', 'stays silent', 'loses it'),
      crash,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('answer'),
      which,
      from: fc.constantFrom('own', 'own', 'foreign', 'to unknown'),
      answer: fc.constantFrom('acknowledged', 'succeeded', 'failed', 'unreadable'),
      times: fc.constantFrom(1, 1, 1, 1, 12),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('duplicate'),
      which: fc.nat({ max: 200 }),
      many: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pass'), ms: fc.constantFrom(500, 12_000, 70_000, 400_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('oversleep'), ms: fc.constantFrom(3_000, 100_000) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('block', 'unblock'),
      device,
      deadLetter: fc.constantFrom('one', 'two'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('recover') }) },
) as fc.Arbitrary<Step>;
