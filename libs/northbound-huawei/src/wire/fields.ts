import { isJsonObject, type JsonObject } from '@downlink/command-domain';
import { z } from 'zod';
import { readWireTime } from './times.js';

/** A text of 1 to `max` characters (the vendor's `String(1-64)`). */
export const text = (max: number) => z.string().min(1).max(max);

/** The vendor's SDKs send optional members as null. */
export const optional = <T extends z.ZodType>(field: T) => field.nullish().transform((value) => value ?? undefined);

/** A whole number within [min, max], as a number or, as the vendor's SDKs send it, as its digits. */
export const integer = (min: number, max: number) =>
  z.unknown().transform((value, context): number => {
    const number = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value;
    if (typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max) return number;
    context.addIssue({ code: 'custom', message: `expected a whole number from ${String(min)} to ${String(max)}` });
    return z.NEVER;
  });

/** An optional query parameter: `appId=` means that it is absent. */
export const optionalQuery = <T extends z.ZodType>(field: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), field.optional());

export const jsonObject = z.custom<JsonObject>(isJsonObject, { message: 'expected an object' });

/** An absolute http or https URL of at most 1024 characters. */
export const callbackUrl = text(1024).refine(
  (value) => URL.canParse(value) && ['http:', 'https:'].includes(new URL(value).protocol),
  { message: 'expected an http or https URL' },
);

export const wireTimeField = z.string().transform((value, context) => {
  const ms = readWireTime(value);
  if (ms !== undefined) return ms;
  context.addIssue({ code: 'custom', message: 'expected a time like 20170222T164000Z' });
  return z.NEVER;
});
