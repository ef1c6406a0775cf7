import { z } from 'zod';
import { idempotencyKey } from '../submission/idempotency-key.js';
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
