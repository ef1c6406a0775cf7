import { z } from 'zod';
import { idempotencyKey } from '../submission/idempotency-key.js';
import { problemBody } from '../errors/problem.js';
import { commandIdText, count, status } from './command-answer.js';
import { deviceId, optional } from './fields.js';
import { checkMembers, commandMembers } from './submit-command.js';

/** Commands in one request at most. */
export const MAX_BATCH = 1_000;

const many = () => z.array(z.unknown()).min(1).max(MAX_BATCH);

/**
 * Body of `POST /v1/commands/batch`: a list of commands, or one command and the devices that are to get it. What stands in the
 * lists is read item by item, so that one bad item spoils no other.
 */
export const commandsBody = z.strictObject({ commands: many() });
export const devicesBody = z.strictObject({
  devices: many(),
  command: z.strictObject(commandMembers).superRefine(checkMembers),
});

/** One item of `commands`. */
export const batchItem = z
  .strictObject({ deviceId, ...commandMembers, idempotencyKey: optional(idempotencyKey) })
  .superRefine(checkMembers);

/** One item of `devices`. */
export const batchDevice = deviceId;

/** The body as a whole, for who writes clients: in truth its lists are read item by item. */
export const batchBody = z.union([
  z.strictObject({ commands: z.array(batchItem).min(1).max(MAX_BATCH) }),
  devicesBody.extend({ devices: z.array(batchDevice).min(1).max(MAX_BATCH) }),
]);

const place = { index: count, deviceId: z.string().nullable() };

/** What became of each item, in the order of the request: a command, or the problem that a call of its own would have had. */
export const batchAnswer = z
  .strictObject({
    accepted: count,
    refused: count,
    items: z.array(
      z.union([
        z.strictObject({ ...place, id: commandIdText, status, replayed: z.boolean() }),
        z.strictObject({ ...place, problem: problemBody }),
      ]),
    ),
  })
  .meta({ id: 'BatchOutcome' });
