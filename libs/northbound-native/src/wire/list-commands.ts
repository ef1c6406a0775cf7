import { FINAL_STATUSES } from '@downlink/command-domain';
import { z } from 'zod';
import { deviceId, digits, instant } from './fields.js';

const status = z.enum(['queued', 'sending', 'sent', 'delivered', ...FINAL_STATUSES]);
/** `status=sent&status=delivered` and `status=sent,delivered` say the same. */
export const listOf = <T extends z.ZodType>(item: T) =>
  z.preprocess((value) => [value].flat().flatMap((one) => String(one).split(',')), z.array(item));

/** Query of `GET /v1/commands`; `from` (inclusive) and `until` (exclusive) bound the time of acceptance. */
export const listCommandsQuery = z.strictObject({
  deviceId: deviceId.optional(),
  status: listOf(status).optional(),
  from: instant.optional(),
  until: instant.optional(),
  limit: digits(1, 1000).default(100),
  offset: digits(0, 1_000_000).default(0),
});

/** Query of the lists of applications, products and devices: ordered by id, `after` the last one seen. */
export const pageQuery = z.strictObject({
  after: z.string().max(128).optional(),
  limit: digits(1, 1000).default(100),
});
