import { FINAL_STATUSES } from '@downlink/command-domain';
import { z } from 'zod';
import { digits } from './fields.js';
import { timelineQuery } from './timeline-query.js';

/** Query of `GET /v1/commands`. */
export const listCommandsQuery = timelineQuery(z.enum(['queued', 'sending', 'sent', 'delivered', ...FINAL_STATUSES]));

/** Query of the lists of applications, products and devices: ordered by id, `after` the last one seen. */
export const pageQuery = z.strictObject({
  after: z.string().max(128).optional(),
  limit: digits(1, 1000).default(100),
});
