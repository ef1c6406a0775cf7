import { z } from 'zod';
import { deviceId, httpUrl, integer, jsonObject, optional, text } from './fields.js';

/** As long as Huawei's default, so that changing the API changes nothing else. */
export const DEFAULT_LIFETIME_SECONDS = 172_800;
export const DEFAULT_MAX_RETRANSMIT = 3;

/** Body of `POST /v1/commands`. Unknown members are refused: a typing mistake must not be a silent default. */
export const submitCommandBody = z
  .strictObject({
    deviceId,
    service: text(128),
    method: text(128),
    parameters: optional(jsonObject),
    mode: optional(z.enum(['cached', 'immediate'])),
    lifetimeSeconds: optional(integer(1, 2_147_483_647)),
    maxRetransmit: optional(integer(0, 10)),
    callbackUrl: optional(httpUrl),
  })
  .refine(({ mode, lifetimeSeconds }) => mode !== 'immediate' || lifetimeSeconds === undefined, {
    path: ['lifetimeSeconds'],
    message: 'an immediate command has none: it is tried at once',
  });

export type SubmitCommandBody = z.output<typeof submitCommandBody>;
