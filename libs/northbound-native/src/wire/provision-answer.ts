import { z } from 'zod';
import { count } from './command-answer.js';
import { madeCredentials } from './registry-view.js';

/** The place of an entry that came without an id, `devices[3]`. */
const at = z.string().optional();
const secret = z.string().optional();

/** What a declaration came to: how many entries, and the ids and secrets that were made, shown once. */
export const provisionAnswer = z
  .strictObject({
    declared: z.strictObject({ applications: count, products: count, devices: count }),
    made: z.strictObject({
      applications: z.array(z.strictObject({ id: z.string(), at, ...madeCredentials })),
      products: z.array(z.strictObject({ key: z.string(), at, secret })),
      devices: z.array(z.strictObject({ id: z.string(), at, secret })),
    }),
  })
  .meta({ id: 'Provisioned' });
