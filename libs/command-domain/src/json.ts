/** What JSON can say. Parameters and results are carried as they came, never interpreted here. */
export type Json = string | number | boolean | null | Json[] | JsonObject;
export interface JsonObject {
  [member: string]: Json;
}

/** An object, and neither null nor a list, which JavaScript counts among them. For values that came out of JSON. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
