/**
 * Reads a Retry-After header (RFC 9110, §10.2.3): seconds, or a date.
 * @param now ms since 1970, for the date
 * @returns ms to wait, never negative; null when there is none that can be read.
 */
export function readRetryAfter(header: string | undefined, now: number): number | null {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  if (!/^[A-Z][a-z]{2},/.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(at - now, 0);
}
