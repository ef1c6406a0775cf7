import { z } from 'zod';
import { callbackUrl, flag, integer, optional, text } from './fields.js';

/** "Default value 600", in seconds. */
export const DEFAULT_CACHE_SECONDS = 600;
/** The document types it int64 and names no bound; ours: 32 bits, at least one second. */
export const MAX_CACHE_SECONDS = 2_147_483_647;
/** Ours: no document says how many devices one call may name. */
export const MAX_DEVICES = 100;
/** Ours; product and device keys of the vendor's are shorter. */
const MAX_KEY = 128;

/** What the reserved `extendPara` may hold for us; whatever else stands there is left alone. */
const extendPara = z.looseObject({ callbackUrl: optional(callbackUrl) });

const howToSend = {
  cacheTime: optional(integer(1, MAX_CACHE_SECONDS)),
  isCache: optional(flag),
  isCover: optional(flag),
  qos: optional(integer(0, 1)),
  extendPara: optional(extendPara),
};

const key = optional(text(MAX_KEY));

/** The body of sendServiceData, readData and writeData (OpenApiSendTslDataDTO); which keys may be empty is judged afterwards. */
export const sendTslBody = z.object({
  ...howToSend,
  data: z.string(),
  productKey: key,
  devices: optional(z.array(key)),
});

/** The body of raw/sendData (OpenApiSendDataDTOR3). */
export const sendRawBody = z.object({
  ...howToSend,
  data: z.string(),
  encode: optional(z.string()),
  devices: optional(z.array(z.object({ productKey: key, deviceKey: key }))),
});

export type SendTslBody = z.output<typeof sendTslBody>;
export type SendRawBody = z.output<typeof sendRawBody>;
/** What all four calls say of how to send. */
export type HowToSend = Omit<SendTslBody, 'data' | 'productKey' | 'devices'>;
