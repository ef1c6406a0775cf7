import type { JsonValue } from './wire-format-codec.js';

const longestCode = 128;

/** A device's code as text: texts and finite numbers, at most 128 characters; undefined for anything else. */
export function readCode(value: JsonValue | undefined): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const code = String(value);
  return code.length <= longestCode ? code : undefined;
}
