import type { RecordedStrayAnswer } from '@downlink/command-engine';
import { z } from 'zod';
import { count, timestamp } from './command-answer.js';
import { isoTime } from './command-view.js';
import { listOf, pageMembers } from './page-query.js';

/** No device has more than a hundred: a page has all of them unless the caller wants less. */
export const strayAnswersQuery = z.strictObject(pageMembers);

/** The key of the last entry of a page: the number it was recorded under. */
export const strayAnswerKey = z.string().regex(/^\d{1,18}$/);

const strayAnswerAnswer = z
  .strictObject({
    at: timestamp,
    reason: z.string(),
    reference: z.string().nullable(),
    topic: z.string(),
    payload: z.string().optional(),
    payloadBase64: z.base64().optional(),
    bytes: count,
  })
  .meta({ id: 'StrayAnswer' });

export const strayAnswerListAnswer = listOf(strayAnswerAnswer);

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A stray answer as the API shows it. `payload` where it is text, otherwise `payloadBase64`; both may be cut, `bytes` says how long it was. */
export function strayAnswerView(recorded: RecordedStrayAnswer): z.output<typeof strayAnswerAnswer> {
  const { at, reason, reference, topic, payload, payloadBytes } = recorded;
  return { at: isoTime(at), reason, reference, topic, ...textOf(payload), bytes: payloadBytes };
}

function textOf(payload: Uint8Array): { payload: string } | { payloadBase64: string } {
  try {
    return { payload: utf8.decode(payload) };
  } catch {
    // Not text, or cut in the middle of a character.
    return { payloadBase64: Buffer.from(payload).toString('base64') };
  }
}
