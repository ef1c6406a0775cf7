import { isJsonObject } from '@downlink/command-domain';
import type { JsonObject, JsonValue, UnreadableReason } from './wire-format-codec.js';

/** Larger payloads are not even parsed. */
export const largestPayload = 64 * 1024;
/** Deeper nesting would overflow the stack of whoever walks the value later; no vendor's answer is deeper than a handful. */
const deepest = 64;

const utf8 = new TextDecoder('utf-8', { fatal: true });

export type ReadResult = { ok: true; value: JsonObject } | { ok: false; reason: UnreadableReason };

/** Reads a JSON object that is safe to store and to walk. Never throws. */
export function readJsonObject(payload: Buffer): ReadResult {
  if (payload.length > largestPayload) return { ok: false, reason: 'too-large' };
  const text = decodeUtf8(payload);
  if (text === undefined) return { ok: false, reason: 'not-utf-8' };
  if (nestingOf(text) > deepest) return { ok: false, reason: 'too-deep' };
  const value = parse(text);
  if (value === undefined) return { ok: false, reason: 'not-json' };
  if (!isJsonObject(value)) return { ok: false, reason: 'not-an-object' };
  // Only an escape can smuggle these characters in: raw ones are neither JSON nor UTF-8.
  if (text.includes('\\u') && hasUnstorableText(value)) return { ok: false, reason: 'unstorable-text' };
  return { ok: true, value };
}

function decodeUtf8(payload: Buffer): string | undefined {
  try {
    return utf8.decode(payload);
  } catch {
    return undefined;
  }
}

function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** Deepest nesting of brackets outside of texts. */
function nestingOf(json: string): number {
  let depth = 0;
  let most = 0;
  let inText = false;
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at];
    if (inText) {
      if (character === '\\') at += 1;
      else if (character === '"') inText = false;
    } else if (character === '"') inText = true;
    else if (character === '{' || character === '[') most = Math.max(most, (depth += 1));
    else if (character === '}' || character === ']') depth -= 1;
  }
  return most;
}

const halfSurrogate = /\p{Cs}/u;

function unstorable(text: string): boolean {
  return text.includes('\0') || halfSurrogate.test(text);
}

function hasUnstorableText(value: JsonValue): boolean {
  if (typeof value === 'string') return unstorable(value);
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(hasUnstorableText);
  return Object.entries(value).some(([name, member]) => unstorable(name) || hasUnstorableText(member));
}
