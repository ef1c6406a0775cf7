import { z } from 'zod';

/** `null` means absent. */
export const optional = <T extends z.ZodType>(field: T) => field.nullish().transform((value) => value ?? undefined);

/** A text of at most `max` characters; an empty one is for the caller to judge. */
export const text = (max: number) => z.string().max(max);

/** A whole number within [min, max], as a number or as its digits (several members are typed `object` in the documents). */
export const integer = (min: number, max: number) =>
  z.unknown().transform((value, context): number => {
    const number = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value;
    if (typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max) return number;
    context.addIssue({ code: 'custom', message: `expected a whole number from ${String(min)} to ${String(max)}` });
    return z.NEVER;
  });

export const flag = z.preprocess(
  (value) => (value === 'true' ? true : value === 'false' ? false : value),
  z.boolean({ error: 'expected true or false' }),
);

/** An optional query parameter: `deviceKey=` means that it is absent. */
export const optionalQuery = <T extends z.ZodType>(field: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), field.optional());

/** An absolute http or https URL of at most 1024 characters. */
export const callbackUrl = z
  .string()
  .max(1024)
  .refine((value) => URL.canParse(value) && ['http:', 'https:'].includes(new URL(value).protocol), {
    message: 'expected an http or https URL',
  });
