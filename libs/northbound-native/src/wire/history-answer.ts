import type { EventType } from '@downlink/command-domain';
import { z } from 'zod';
import { commandAnswer, timestamp } from './command-answer.js';

const EVENT_TYPES = [
  'CommandAccepted',
  'AttemptStarted',
  'AttemptSent',
  'AttemptNotSent',
  'CommandDelivered',
  'CommandSucceeded',
  'CommandFailed',
  'CommandTimedOut',
  'CommandExpired',
  'CommandCanceled',
  'CommandSuperseded',
  'LateAnswerRecorded',
  'AnswerRejected',
] as const satisfies readonly EventType[];

/** An event as it stands in the log; beside these members those of its type. Old events may have fewer, later ones more. */
export const eventAnswer = z
  .looseObject({ version: z.int().min(1), type: z.enum(EVENT_TYPES), schema: z.int(), at: timestamp })
  .meta({ id: 'CommandEvent' });
export type EventAnswer = z.output<typeof eventAnswer>;

const attemptAnswer = z
  .strictObject({
    attempt: z.int().min(1),
    startedAt: timestamp,
    waitUntil: timestamp,
    sentAt: timestamp.nullable(),
    notSent: z
      .strictObject({
        at: timestamp,
        reason: z.string(),
        detail: z.string().nullable(),
        retryAt: timestamp.nullable(),
      })
      .nullable(),
  })
  .meta({ id: 'Attempt' });
export type AttemptAnswer = z.output<typeof attemptAnswer>;

/** A webhook with every attempt to post it; `body` is what the receiver gets, as text. */
const webhookAnswer = z
  .strictObject({
    id: z.string(),
    version: z.int().min(1),
    url: z.string(),
    body: z.string(),
    status: z.enum(['pending', 'succeeded', 'exhausted']),
    nextAttemptAt: timestamp.nullable(),
    attempts: z.array(
      z.strictObject({
        attempt: z.int().min(1),
        startedAt: timestamp,
        durationMs: z.number(),
        outcome: z.enum(['succeeded', 'failed']),
        httpStatus: z.int().nullable(),
        error: z.string().nullable(),
        response: z.string().nullable(),
        retryInMs: z.number().nullable(),
      }),
    ),
  })
  .meta({ id: 'Webhook' });
export type WebhookAnswer = z.output<typeof webhookAnswer>;

/** Everything that is known of one command. */
export const historyAnswer = z
  .strictObject({
    command: commandAnswer,
    events: z.array(eventAnswer),
    attempts: z.array(attemptAnswer),
    webhooks: z.array(webhookAnswer),
  })
  .meta({ id: 'CommandHistory' });
