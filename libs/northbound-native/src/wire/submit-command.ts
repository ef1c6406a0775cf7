import { z } from 'zod';
import { deviceId, httpUrl, integer, jsonObject, optional, text } from './fields.js';

/** As long as Huawei's default, so that changing the API changes nothing else. */
export const DEFAULT_LIFETIME_SECONDS = 172_800;
export const DEFAULT_MAX_RETRANSMIT = 3;

/** What a command is, whoever it is for. */
export const commandMembers = {
  service: text(128),
  method: text(128),
  parameters: optional(jsonObject),
  mode: optional(z.enum(['cached', 'immediate'])),
  lifetimeSeconds: optional(integer(1, 2_147_483_647)),
  maxRetransmit: optional(integer(0, 10)),
  callbackUrl: optional(httpUrl),
  /** Which queued commands of the device give way to this one. */
  supersede: optional(z.enum(['all', 'method', 'key'])),
  /** The caller's name for what the command is about; a later command with `supersede: "key"` finds it by that. */
  supersedeKey: optional(text(128)),
} as const;

/** The rules between members; the same wherever a command is read. */
export function checkMembers(body: z.output<z.ZodObject<typeof commandMembers>>, context: z.RefinementCtx): void {
  const wrong = (member: string, message: string) => context.addIssue({ code: 'custom', path: [member], message });
  if (body.mode === 'immediate' && body.lifetimeSeconds !== undefined)
    wrong('lifetimeSeconds', 'an immediate command has none: it is tried at once');
  if (body.supersede === 'key' && body.supersedeKey === undefined)
    wrong('supersedeKey', 'is needed to supersede by key');
}

/** Body of `POST /v1/commands`. Unknown members are refused: a typing mistake must not be a silent default. */
export const submitCommandBody = z.strictObject({ deviceId, ...commandMembers }).superRefine(checkMembers);

/** The same for a call of its own, which may be held until the command is final. */
export const submitCallBody = z
  .strictObject({
    deviceId,
    ...commandMembers,
    /** Seconds. */
    wait: optional(integer(1, 60)),
    expireWithWait: optional(z.boolean()),
  })
  .superRefine(checkMembers)
  .refine(({ wait, expireWithWait }) => expireWithWait !== true || wait !== undefined, {
    path: ['expireWithWait'],
    message: 'is for a call that waits',
  });

export type SubmitCommandBody = z.output<typeof submitCommandBody>;
