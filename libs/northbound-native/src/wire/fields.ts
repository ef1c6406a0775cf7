import { isStorableText } from '@downlink/northbound-kit';
import { isJsonObject, type JsonObject } from '@downlink/command-domain';
import { z } from 'zod';

export const text = (max: number, min = 1) =>
  z.string().min(min).max(max).refine(isStorableText, { message: 'holds a character that cannot be stored' });

/** Ids become levels of MQTT topics, where `+`, `#` and `/` have a meaning (MQTT 5, §4.7). */
export const id = (max: number) =>
  text(max).regex(/^[^+#/\p{Cc}]+$/u, { message: 'may not hold +, #, / or control characters' });

export const applicationId = id(64);
export const productKey = id(64);
export const deviceId = id(128);

/** What may be left out may also be null. */
export const optional = <T extends z.ZodType>(field: T) => field.nullish().transform((value) => value ?? undefined);

export const integer = (min: number, max: number) => z.number().int().min(min).max(max);

/** A whole number in a query string. */
export const digits = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, { message: 'expected a whole number' })
    .transform(Number)
    .pipe(integer(min, max));

export const jsonObject = z.custom<JsonObject>(isJsonObject, { message: 'expected an object' });

export const httpUrl = text(2048).refine(
  (value) => URL.canParse(value) && ['http:', 'https:'].includes(new URL(value).protocol),
  { message: 'expected an http or https URL' },
);

/** An instant in ISO 8601 with a zone; in ms since 1970. */
export const instant = z.iso.datetime({ offset: true }).transform((value) => Date.parse(value));
