import { z } from 'zod';
import { callbackUrl, integer, jsonObject, optional, text } from './fields.js';

/** The vendor's Integer, 32 bits. */
export const MAX_EXPIRE_SECONDS = 2_147_483_647;
/** "If this parameter is not specified, the default validity period is 48 hours". */
export const DEFAULT_EXPIRE_SECONDS = 172_800;
/** What an absent maxRetransmit means is documented nowhere; the platform's own retransmission makes three resends. Ours. */
export const DEFAULT_MAX_RETRANSMIT = 3;

/**
 * The body of a create call (Huawei, Creating Device Commands v1.4.0). Unknown members are ignored. `paras` is mandatory in
 * the table, yet the official Python SDK leaves it out when there are none.
 */
export const createCommandBody = z.object({
  deviceId: text(64),
  command: z.object({
    serviceId: text(64),
    method: text(128),
    paras: optional(jsonObject),
  }),
  callbackUrl: optional(callbackUrl),
  expireTime: optional(integer(0, MAX_EXPIRE_SECONDS)),
  maxRetransmit: optional(integer(0, 3)),
});

export type CreateCommandBody = z.output<typeof createCommandBody>;
