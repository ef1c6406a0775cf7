import { z } from 'zod';
import { callbackUrl, jsonObject, optional, text } from './fields.js';

const address = optional(z.string().max(128));

/**
 * The body of sendCommand (Huawei, Calling Device Services: CommandDTO and CommandNA2CloudHeader). Unknown members are ignored. A
 * requestId may be empty (String(0-128)), which is the same as none.
 */
export const sendCommandBody = z.object({
  header: z.object({
    requestId: optional(z.string().max(128)).transform((value) => (value === '' ? undefined : value)),
    mode: z.enum(['ACK', 'NOACK']),
    from: address,
    toType: optional(z.enum(['CLOUD', 'GATEWAY'])),
    to: address,
    method: text(32),
    callbackURL: optional(callbackUrl),
  }),
  body: optional(jsonObject),
});

export type SendCommandBody = z.output<typeof sendCommandBody>;

/** Whom the path names, String(1-64) each. */
export const sendCommandPath = z.object({ deviceId: text(64), serviceId: text(64) });

/** `delivered` and `failed` are answers to calls with toType CLOUD only. */
export type SignaltransStatus = 'sent' | 'delivered' | 'failed';

/**
 * The answer (InvokeDeviceServiceOutDTO). The REST reference has `timestamp`, the DTOs of the Java and PHP SDKs `timeStamp`: both are
 * there, with the same value.
 */
export interface SendCommandAnswer {
  /** null for toType CLOUD. */
  readonly requestId: string | null;
  readonly status: SignaltransStatus;
  readonly timestamp: string;
  readonly timeStamp: string;
}
