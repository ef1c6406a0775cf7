import { z } from 'zod';
import { digits, instant } from './fields.js';

/** The latest instant that ECMAScript can name, in ms. */
const LATEST = 8_640_000_000_000_000;

/** ISO 8601 with a zone, or ms since 1970. */
const instantOrMs = z.union([digits(0, LATEST), instant], {
  error: 'expected an instant: RFC 3339 with a zone (a + in a URL is %2B), or ms since 1970',
});

/** Query of `GET /v1/commands/{id}`: the command as it is, as it was at an instant, or as it is once it is final. */
export const readCommandQuery = z
  .strictObject({ at: instantOrMs.optional(), wait: digits(1, 60).optional() })
  .refine(({ at, wait }) => at === undefined || wait === undefined, {
    path: ['wait'],
    message: 'what was does not change any more: wait and at exclude each other',
  });
