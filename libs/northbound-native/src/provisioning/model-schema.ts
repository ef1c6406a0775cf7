import type { Parameter, ProductModel, Property, ValueType } from '@downlink/command-engine';
import { z } from 'zod';
import { optional, text } from '../wire/fields.js';

const bound = optional(z.number());
const count = optional(z.number().int().min(0).max(65_536));
const MOST = 1_000;

/** Two bounds of one type: the upper may not lie below the lower. */
const bounds = (lower: string, upper: string): [(type: object) => boolean, { path: string[]; message: string }] => [
  (type) => {
    const { [lower]: from, [upper]: to } = type as Readonly<Record<string, unknown>>;
    return typeof from !== 'number' || typeof to !== 'number' || from <= to;
  },
  { path: [upper], message: `lies below ${lower}` },
];
const distinct = (named: readonly { readonly name?: unknown; readonly id?: unknown }[]) =>
  new Set(named.map(({ name, id }) => name ?? id)).size === named.length;
const TWICE = { message: 'one name stands here twice' };

/** How deep types may nest is bounded by how deep a body may. */
const typeWith = <More extends z.ZodRawShape>(more: More) =>
  z.discriminatedUnion('type', [
    z
      .strictObject({
        ...more,
        type: z.enum(['integer', 'decimal']),
        min: bound,
        max: bound,
        step: optional(z.number().positive()),
      })
      .refine(...bounds('min', 'max')),
    z
      .strictObject({ ...more, type: z.literal('text'), minLength: count, maxLength: count })
      .refine(...bounds('minLength', 'maxLength')),
    z.strictObject({
      ...more,
      type: z.literal('enum'),
      values: z
        .array(z.union([text(256), z.number()]))
        .min(1)
        .max(MOST),
    }),
    z.strictObject({ ...more, type: z.enum(['boolean', 'time', 'any']) }),
    z.strictObject({ ...more, type: z.literal('object'), members: z.lazy(() => parameters) }),
    z
      .strictObject({
        ...more,
        type: z.literal('array'),
        items: z.lazy(() => valueType),
        minItems: count,
        maxItems: count,
      })
      .refine(...bounds('minItems', 'maxItems')),
  ]);

const valueType: z.ZodType<ValueType> = z.lazy(() => typeWith({}));
const named = { name: text(128), number: optional(z.number().int()), unit: optional(text(64)) };
const parameter: z.ZodType<Parameter> = z.lazy(() => typeWith({ ...named, required: optional(z.boolean()) }));
const parameters: z.ZodType<Parameter[]> = z.array(parameter).max(MOST).refine(distinct, TWICE);

const method = z.strictObject({ name: text(128), parameters: optional(parameters), responses: optional(parameters) });
const service = z.strictObject({ id: text(128), methods: z.array(method).max(MOST).refine(distinct, TWICE) });

const property: z.ZodType<Property> = z.lazy(() =>
  typeWith({ ...named, access: z.enum(['read', 'write', 'read-write']) }),
);

/** The canonical model of a product. */
export const modelSchema: z.ZodType<ProductModel> = z.strictObject({
  services: z.array(service).max(MOST).refine(distinct, TWICE),
  properties: optional(z.array(property).max(MOST).refine(distinct, TWICE)),
});
