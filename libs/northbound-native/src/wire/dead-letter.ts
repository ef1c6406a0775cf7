import { DEAD_LETTER_STATES, type KeptDeadLetter } from '@downlink/command-engine';
import { z } from 'zod';
import { commandIdText, count, timestamp } from './command-answer.js';
import { isoTime } from './command-view.js';
import { applicationId, deviceId, digits, optional, text } from './fields.js';
import { listOf } from './page-query.js';

/** Within the 63 bits that they are numbered by. */
export const deadLetterId = z.string().regex(/^[1-9]\d{0,17}$/, { message: 'is not the id of a dead letter' });

/**
 * Query of `GET /v1/dead-letters`: newest first. The id of a dead letter is a cursor by itself, as callers have known it from the
 * beginning: `next` is the id of the last one seen, and `cursor` and `after` take it.
 */
export const listDeadLettersQuery = z
  .strictObject({
    application: applicationId.optional(),
    deviceId: deviceId.optional(),
    state: z.enum(DEAD_LETTER_STATES).optional(),
    after: deadLetterId.optional(),
    cursor: z
      .string()
      .regex(/^[1-9]\d{0,17}$/, { message: 'is no cursor of this list' })
      .optional(),
    limit: digits(1, 1000).default(100),
  })
  .refine(({ after, cursor }) => after === undefined || cursor === undefined, {
    path: ['after'],
    message: 'after and cursor exclude each other',
  });

export const deadLetterAnswer = z
  .strictObject({
    id: z.string(),
    state: z.enum(DEAD_LETTER_STATES),
    deviceId: z.string().nullable(),
    commandId: commandIdText.nullable(),
    error: z.string(),
    attempts: count,
    groups: z.array(z.string()),
    origin: z.strictObject({ topic: z.string(), partition: z.int(), offset: z.string(), recordedAt: timestamp }),
    bytes: count,
    replayable: z.boolean(),
    reason: z.string().nullable(),
    createdAt: timestamp,
    settledAt: timestamp.nullable(),
  })
  .meta({ id: 'DeadLetter' });

export const deadLetterListAnswer = listOf(deadLetterAnswer);

/** There is nothing to say beside the path. */
export const replayBody = z.strictObject({});

export const discardBody = z.strictObject({ reason: optional(text(500)) });

/** A dead letter without its record: the bytes may hold what is nobody's business but the device's. */
export function deadLetterView(letter: KeptDeadLetter): z.output<typeof deadLetterAnswer> {
  const { topic, partition, offset, recordedAt } = letter.origin;
  return {
    id: letter.id,
    state: letter.state,
    deviceId: letter.deviceId,
    commandId: letter.commandId,
    error: letter.error,
    attempts: letter.attempts,
    groups: [...letter.groups],
    origin: { topic, partition, offset, recordedAt: isoTime(recordedAt) },
    bytes: letter.size,
    replayable: letter.replayable,
    reason: letter.reason,
    createdAt: isoTime(letter.createdAt),
    settledAt: isoTime(letter.settledAt),
  };
}
