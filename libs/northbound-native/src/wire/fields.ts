import { isStorableText } from '@downlink/northbound-kit';
import { isJsonObject, type JsonObject } from '@downlink/command-domain';
import { isHttpUrl } from '@downlink/northbound-kit';
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
export const optional = <T extends z.ZodType>(field: T) =>
  field
    .nullish()
    .transform((value) => value ?? undefined)
    .optional();

export const integer = (min: number, max: number) => z.number().int().min(min).max(max);

/** Where zod's own words for JSON Schema say less than we know of what is taken, these stand in the OpenAPI document instead. */
export const spelled = <T extends z.ZodType>(schema: T, jsonSchema: z.core.JSONSchema.BaseSchema): T =>
  schema.meta({ spelled: jsonSchema });

/** What an item of a list is taken as. */
export function spellingOf(item: z.ZodType): z.core.JSONSchema.BaseSchema {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(item, { io: 'input', unrepresentable: 'any' });
  return schema;
}

/** A whole number in a query string. */
export const digits = (min: number, max: number) =>
  spelled(
    z
      .string()
      .regex(/^\d{1,15}$/, { message: 'expected a whole number' })
      .transform(Number)
      .pipe(integer(min, max)),
    { type: 'integer', minimum: min, maximum: max },
  );

/** `true` or `false` in a query string. */
export const flag = spelled(
  z.enum(['true', 'false']).transform((value) => value === 'true'),
  { type: 'boolean' },
);

/** A member of a query that may stand there several times. */
export const repeated = <T extends z.ZodType>(item: T) =>
  spelled(z.union([item.transform((one) => [one]), z.array(item)]) as z.ZodType<z.output<T>[]>, {
    type: 'array',
    items: spellingOf(item),
  });

export const jsonObject = spelled(z.custom<JsonObject>(isJsonObject, { message: 'expected an object' }), {
  type: 'object',
});

export const httpUrl = text(2048).refine(isHttpUrl, { message: 'expected an http or https URL' });

/** An instant in ISO 8601 with a zone; in ms since 1970. */
export const instant = z.iso.datetime({ offset: true }).transform((value) => Date.parse(value));
