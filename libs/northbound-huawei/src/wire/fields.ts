import { isJsonObject, type JsonObject } from '@downlink/command-domain';
import { isHttpUrl } from '@downlink/northbound-kit';
import { z } from 'zod';
import { readWireTime } from './times.js';

/** A text of 1 to `max` characters (the vendor's `String(1-64)`). */
export const text = (max: number) => z.string().min(1).max(max);

export { optional, wholeNumber as integer } from '@downlink/northbound-kit';

/** An optional query parameter: `appId=` means that it is absent. */
export const optionalQuery = <T extends z.ZodType>(field: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), field.optional());

export const jsonObject = z.custom<JsonObject>(isJsonObject, { message: 'expected an object' });

/** An absolute http or https URL of at most 1024 characters. */
export const callbackUrl = text(1024).refine(isHttpUrl, { message: 'expected an http or https URL' });

export const wireTimeField = z.string().transform((value, context) => {
  const ms = readWireTime(value);
  if (ms !== undefined) return ms;
  context.addIssue({ code: 'custom', message: 'expected a time like 20170222T164000Z' });
  return z.NEVER;
});
