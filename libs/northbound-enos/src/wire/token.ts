import { z } from 'zod';

/** A number or the same as text: the vendor's clients send both. */
const timestamp = z.union([z.string(), z.number().transform(String)]);
const filled = z.string().max(256);

/** The bodies of EnOS, Get Access Token and Refresh Access Token. */
export const getTokenBody = z.object({ appKey: filled, timestamp, encryption: filled });
export const refreshTokenBody = z.object({ ...getTokenBody.shape, accessToken: filled });

export type GetTokenBody = z.output<typeof getTokenBody>;
