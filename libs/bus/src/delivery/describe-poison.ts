import { UnreadableMessage } from '@downlink/message-contracts';
import { describeError } from './describe-error.js';
import type { RecordSource } from './incoming-record.js';

/** Enough to know the error by, and no room for a payload. */
const MAX_LENGTH = 500;
/** Shorter texts are words of any sentence. */
const MIN_SECRET = 4;
const HIDDEN = '…';

/**
 * Why a record was given up, in one line, for logs and dead letters. Parameters and results may be secrets, and a handler's
 * error may quote them: what stands in them is left out.
 */
export function describePoison(record: { readonly source: Pick<RecordSource, 'raw'> }, error: unknown): string {
  const line = describeError(error).replaceAll(/[\s\p{Cc}]+/gu, ' ');
  // What is said of an unreadable record names members and headers only.
  const hidden = error instanceof UnreadableMessage ? line : withoutPayload(line, record.source.raw().value);
  return hidden.length <= MAX_LENGTH ? hidden : `${hidden.slice(0, MAX_LENGTH - 1)}${HIDDEN}`;
}

function withoutPayload(line: string, value: Uint8Array | null): string {
  if (value === null) return line;
  const text = Buffer.from(value).toString();
  const payload = payloadOf(text);
  if (payload === undefined) return line.replaceAll(/[^\s"'`]{4,}/g, (word) => (text.includes(word) ? HIDDEN : word));
  const secrets = textsOf(payload).toSorted((a, b) => b.length - a.length);
  return secrets.reduce((said, secret) => said.replaceAll(secret, HIDDEN), line);
}

/** What the application and its device say to each other; undefined when the value is no JSON. */
function payloadOf(text: string): unknown {
  try {
    const fact = JSON.parse(text) as {
      request?: { parameters?: unknown };
      event?: { result?: unknown; request?: unknown };
    } | null;
    return [fact?.request?.parameters, fact?.event?.result];
  } catch {
    return undefined;
  }
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return value.length >= MIN_SECRET ? [value.replaceAll(/[\s\p{Cc}]+/gu, ' ')] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsOf);
}
