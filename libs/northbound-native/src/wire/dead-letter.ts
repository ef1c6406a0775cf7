import type { JsonObject } from '@downlink/command-domain';
import { DEAD_LETTER_STATES, type KeptDeadLetter } from '@downlink/command-engine';
import { z } from 'zod';
import { isoTime } from './command-view.js';
import { deviceId, digits, optional, text } from './fields.js';

/** Within the 63 bits that they are numbered by. */
export const deadLetterId = z.string().regex(/^[1-9]\d{0,17}$/, { message: 'is not the id of a dead letter' });

/** Query of `GET /v1/dead-letters`: newest first, `after` the last one seen. */
export const listDeadLettersQuery = z.strictObject({
  deviceId: deviceId.optional(),
  state: z.enum(DEAD_LETTER_STATES).optional(),
  after: deadLetterId.optional(),
  limit: digits(1, 1000).default(100),
});

/** There is nothing to say beside the path. */
export const replayBody = z.strictObject({});

export const discardBody = z.strictObject({ reason: optional(text(500)) });

/** A dead letter without its record: the bytes may hold what is nobody's business but the device's. */
export function deadLetterView(letter: KeptDeadLetter): JsonObject {
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
