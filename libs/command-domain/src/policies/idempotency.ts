/** How long a key stands for its command, in ms after its first use. */
export const IDEMPOTENCY_KEY_LIFETIME_MS = 86_400_000;

export type KeyMeaning = 'new' | 'repeated' | 'reused';

/** What a call with this digest is, given the use of its key that is known: the first one, the same again, or another one. */
export function meaningOfKey(
  known: { readonly digest: string; readonly usedAt: number } | undefined,
  digest: string,
  now: number,
): KeyMeaning {
  if (known === undefined || now - known.usedAt >= IDEMPOTENCY_KEY_LIFETIME_MS) return 'new';
  return known.digest === digest ? 'repeated' : 'reused';
}
