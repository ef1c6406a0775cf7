import { z } from 'zod';

export type JsonSchema = Record<string, unknown>;

const IN_DEFS = '#/$defs/';
const IN_COMPONENTS = '#/components/schemas/';

/**
 * zod's schemas as JSON Schema (2020-12, which OpenAPI 3.1 takes as it is). A schema that has an id stands among the components
 * once, and is referred to; so does one that refers to itself.
 */
export class JsonSchemas {
  private readonly components: Record<string, JsonSchema> = {};

  /** @param io `input`: what is taken; `output`: what is answered. @param owner names what has no name of its own */
  of(schema: z.ZodType, io: 'input' | 'output', owner: string): JsonSchema {
    const made = z.toJSONSchema(schema, { io, unrepresentable: 'any', override: speltOut }) as JsonSchema;
    const { $defs = {}, $schema: _dialect, id, ...whole } = made as JsonSchema & { $defs?: Record<string, JsonSchema> };
    for (const [name, definition] of Object.entries($defs)) {
      const { id: _id, ...rest } = definition;
      this.components[nameOf(name, owner)] ??= referring(rest, owner) as JsonSchema;
    }
    const result = referring(whole, owner) as JsonSchema;
    if (typeof id !== 'string') return result;
    this.components[id] ??= result;
    return { $ref: IN_COMPONENTS + id };
  }

  /** The components that this refers to, directly or through others. */
  usedBy(value: unknown): Record<string, JsonSchema> {
    const used: Record<string, JsonSchema> = {};
    const waiting = referencesIn(value);
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      if (name in used) continue;
      used[name] = this.components[name]!;
      waiting.push(...referencesIn(used[name]));
    }
    return Object.fromEntries(Object.entries(used).sort(([one], [other]) => (one < other ? -1 : 1)));
  }
}

function referencesIn(value: unknown): string[] {
  const found = JSON.stringify(value).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g);
  return [...found].map(([, name]) => name!);
}

/** Where a schema says itself how it is to be told (see `spelled`), that stands instead of what zod made of it. */
function speltOut({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  const { spelled } = jsonSchema as { spelled?: object };
  // The pattern that zod knows a time by is as long as all else that is said of a list.
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
  if (spelled === undefined) return;
  for (const member of Object.keys(jsonSchema)) delete jsonSchema[member];
  Object.assign(jsonSchema, spelled);
}

/** zod calls what has no id `__schema0` and so on, anew for each schema. */
function nameOf(definition: string, owner: string): string {
  return definition.startsWith('__') ? `${owner}.${definition.slice(2)}` : definition;
}

/** The same with its references to the components. */
function referring(value: unknown, owner: string): unknown {
  if (Array.isArray(value)) return value.map((item) => referring(item, owner));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([member, inner]) => [
      member,
      member === '$ref' && typeof inner === 'string' ? referenceOf(inner, owner) : referring(inner, owner),
    ]),
  );
}

function referenceOf(reference: string, owner: string): string {
  if (reference.startsWith(IN_DEFS)) return IN_COMPONENTS + nameOf(reference.slice(IN_DEFS.length), owner);
  if (reference === '#') throw new TypeError(`a schema of ${owner} refers to itself as a whole: it needs an id`);
  return reference;
}
