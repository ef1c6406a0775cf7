import { isJsonObject, type JsonObject } from '@downlink/command-domain';
import { optional, wholeNumber as integer } from '@downlink/northbound-kit';
import { z } from 'zod';

/** A text of 1 to `max` characters. */
export const text = (max: number) =>
  z
    .string({ error: ({ input }) => (input == null ? 'is missing' : 'expected a text') })
    .min(1)
    .max(max);

export { integer, optional };

/** An optional parameter of a query: `timeout=` means that it is absent. */
export const optionalQuery = <T extends z.ZodType>(field: T) =>
  z.preprocess((value) => (value === '' || value === null ? undefined : value), field.optional());

/** A parameter of a query that must be there; empty counts as absent. */
export const requiredQuery = (max: number) =>
  z.preprocess(
    (value) => (value === '' ? undefined : value),
    z.string({ error: ({ input }) => (input === undefined ? 'is missing' : 'expected one text') }).max(max),
  );

export const boolean = z.preprocess(
  // The vendor's own sample of Create Product sends "false".
  (value) => (value === 'true' ? true : value === 'false' ? false : value),
  z.boolean({ error: 'expected true or false' }),
);

export const jsonObject = z.custom<JsonObject>(isJsonObject, { message: 'expected an object' });

/** A name with its translations (EnOS, Internationalized name struct). */
export const name18n = z
  .object({
    defaultValue: text(256),
    i18nValue: optional(z.record(z.string().max(32), z.string().max(256))),
  })
  .transform(({ defaultValue, i18nValue }) => ({ defaultValue, i18nValue: i18nValue ?? {} }));

export type Name18n = z.output<typeof name18n>;

/** Keys and values are texts (EnOS, How to use tag: keys below 50 characters, values below 200). */
export const tags = z.record(z.string().regex(/^[\w/-]{1,49}$/), z.string().max(199));
