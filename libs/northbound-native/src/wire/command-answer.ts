import { FINAL_STATUSES } from '@downlink/command-domain';
import { z } from 'zod';
import { jsonObject } from './fields.js';

/** A time as this API tells it: ISO 8601, UTC, milliseconds. */
export const timestamp = z.iso.datetime({ precision: 3 });
/** Any JSON, as a device or a caller said it. */
export const json = z.unknown();
export const count = z.int().min(0);
export const commandIdText = z.string().regex(/^\d{19}$/);
export const status = z.enum(['queued', 'sending', 'sent', 'delivered', ...FINAL_STATUSES]);

/** What a status has beside the rest: a member is there with its status, and with no other. */
const outcome = {
  retryAt: timestamp.nullable().optional(),
  waitUntil: timestamp.optional(),
  result: json.optional(),
  code: z.string().nullable().optional(),
  waitedFor: z.enum(['acknowledgement', 'answer']).optional(),
  supersededBy: commandIdText.optional(),
};

/** A command as this API shows it. */
export const commandAnswer = z
  .strictObject({
    id: commandIdText,
    version: z.int().min(1),
    applicationId: z.string(),
    deviceId: z.string(),
    dialect: z.string(),
    service: z.string(),
    method: z.string(),
    parameters: jsonObject,
    modelVersion: count.nullable(),
    mode: z.enum(['cached', 'immediate']),
    lifetimeSeconds: z.number().min(0),
    maxRetransmit: count,
    callbackUrl: z.string().nullable(),
    supersedeKey: z.string().nullable(),
    status,
    ...outcome,
    attempts: count,
    acceptedAt: timestamp,
    expiresAt: timestamp.nullable(),
    firstAttemptAt: timestamp.nullable(),
    lastAttemptAt: timestamp.nullable(),
    sentAt: timestamp.nullable(),
    deliveredAt: timestamp.nullable(),
    finishedAt: timestamp.nullable(),
  })
  .meta({ id: 'Command' });
export type CommandAnswer = z.output<typeof commandAnswer>;

/** The command as it was at an instant. */
export const pastCommandAnswer = commandAnswer.extend({ asOf: timestamp }).meta({ id: 'PastCommand' });
