import { FINAL_STATUSES, parseCommandId, type CommandId } from '@downlink/command-domain';
import { z } from 'zod';
import { flag, repeated, text } from './fields.js';
import { listOf } from './page-query.js';
import { ONE_BEGINNING, timelineMembers } from './timeline-query.js';
import { commandAnswer } from './command-answer.js';

/** Query of `GET /v1/commands`. The number of all that match is counted for pages without a cursor, unless `count` says otherwise. */
export const listCommandsQuery = z
  .strictObject({
    ...timelineMembers(z.enum(['queued', 'sending', 'sent', 'delivered', ...FINAL_STATUSES])),
    service: repeated(text(128)).optional(),
    method: repeated(text(128)).optional(),
    order: z.enum(['newest', 'oldest']).default('newest'),
    count: flag.optional(),
  })
  .refine(...ONE_BEGINNING);

/** The key of the last command of a page. */
export const commandKey = z.custom<CommandId>((value) => typeof value === 'string' && parseCommandId(value) === value);

/** `total` is null where nothing was counted, `offset` where the page begins behind a cursor. */
export const commandListAnswer = listOf(commandAnswer).extend({
  total: z.int().nullable(),
  limit: z.int(),
  offset: z.int().nullable(),
});
