import { z } from 'zod';
import { count } from './command-answer.js';

/** What a declaration came to: how many entries, and the secrets that were made, shown once. */
export const provisionAnswer = z
  .strictObject({
    declared: z.strictObject({ applications: count, products: count, devices: count }),
    made: z.strictObject({
      applications: z.array(z.strictObject({ id: z.string(), native: z.strictObject({ key: z.string() }) })),
      devices: z.array(z.strictObject({ id: z.string(), secret: z.string() })),
    }),
  })
  .meta({ id: 'Provisioned' });
