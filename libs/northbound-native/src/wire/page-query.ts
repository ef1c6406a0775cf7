import { z } from 'zod';
import { applicationId, digits, text } from './fields.js';

/** As long as the longest key makes it. */
export const cursorMember = z.string().min(1).max(1_024);

/** Members of every list's query: how many, and behind which place. `cursor` is the `next` of the page before. */
export const pageMembers = { limit: digits(1, 1000).default(100), cursor: cursorMember.optional() };

/** Query of the list of applications: ordered by id, `after` the last one seen. */
export const pageQuery = z.strictObject({ ...pageMembers, after: text(128).optional() });

/** Query of the lists of products and devices: the same, of one application. */
export const ownedPageQuery = pageQuery.extend({ application: applicationId.optional() });

/** An id, as the key of a page's last entry. */
export const idKey = text(128);

/** What every list answers with: a page, and the cursor of the next one or null. */
export const listOf = <T extends z.ZodType>(entry: T) =>
  z.strictObject({ items: z.array(entry), next: z.string().nullable() });
