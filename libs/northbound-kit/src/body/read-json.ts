import { isUtf8 } from 'node:buffer';

/** 64 KiB: some hundred times the commands that devices can take, and small enough to be held for every open request. */
export const BODY_LIMIT = 65_536;
/** Deeper than any command needs; V8's JSON.stringify overflows its stack at some thousands. */
export const MAX_DEPTH = 32;

/** The body is no JSON that may be taken; the message says why and quotes nothing of it. */
export class MalformedBody extends Error {
  override readonly name = 'MalformedBody';
}

/**
 * Reads a JSON body.
 * @throws MalformedBody for anything that is not UTF-8, not JSON, deeper than MAX_DEPTH, or that no store can keep as it came
 *   (U+0000 and lone surrogates, which Postgres refuses in jsonb; numbers beyond a double, which would come back as null) and
 *   for a member `__proto__`, which no honest client sends.
 */
export function readJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw new MalformedBody('the body is not UTF-8');
  const text = body.toString('utf8');
  const value = parse(text);
  checkStorable(value, text.includes('\\u'));
  return value;
}

/**
 * Whether a value is JSON that any store can keep as it came. `escapes`: its texts may hold anything, and are looked through.
 * @throws MalformedBody as `readJson`
 */
export function checkStorable(value: unknown, escapes = true): void {
  check(value, escapes, 0);
}

/** Reads a form (`a=1&b=2`); of a repeated member the last one counts. @throws MalformedBody as `readJson`. */
export function readForm(body: Buffer): Record<string, string> {
  if (!isUtf8(body)) throw new MalformedBody('the body is not UTF-8');
  const value = Object.fromEntries(new URLSearchParams(body.toString('utf8')));
  checkStorable(value);
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The parser's message quotes the body, which may hold a secret.
    throw new MalformedBody(text.trim() === '' ? 'the body is empty' : 'the body is not JSON');
  }
}

function check(value: unknown, escapes: boolean, depth: number): void {
  if (typeof value === 'string') {
    if (escapes && !isStorableText(value)) throw new MalformedBody('a text holds U+0000 or half a surrogate pair');
  } else if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new MalformedBody('a number is too large');
  } else if (typeof value === 'object' && value !== null) {
    if (depth >= MAX_DEPTH) throw new MalformedBody(`the body nests deeper than ${String(MAX_DEPTH)}`);
    for (const [member, item] of Object.entries(value)) {
      if (member === '__proto__') throw new MalformedBody('a member is named __proto__');
      if (escapes) check(member, true, depth);
      check(item, escapes, depth + 1);
    }
  }
}

/** Whether a text can be stored and comes back the same: no U+0000 and no half of a surrogate pair. */
export function isStorableText(text: string): boolean {
  return !text.includes('\0') && !/\p{Surrogate}/u.test(text);
}
