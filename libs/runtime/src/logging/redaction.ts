const HIDDEN = '[redacted]';

const SECRET_KEY =
  /authorization|cookie|secret|passw|passphrase|token|credential|(?:api|admin|access|private|signing)[-_]?key/i;

/** What betrays a secret inside text: URL userinfo, an HTTP credential, a query parameter that names a secret. */
const SECRET_TEXT: readonly (readonly [RegExp, string])[] = [
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/@"]+@/gi, `$1${HIDDEN}@`],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${HIDDEN}`],
  [/([?&][^=&\s"]*(?:secret|passw|token|signature|key)[^=&\s"]*=)[^&\s"]+/gi, `$1${HIDDEN}`],
  [/\b((?:password|passwd|secret|token)\s*[=:]\s*)[^\s&"',;]+/gi, `$1${HIDDEN}`],
];

/** One cheap look that lets the great majority of lines pass untouched; every rule above needs one of these to match. */
const SUSPICIOUS = new RegExp(`${SECRET_KEY.source}|[?&][^=&]*(?:key|signature)|://[^/]*@|bearer|basic`, 'i');

/** Replaces secrets inside free text. */
export function redactText(text: string): string {
  return SECRET_TEXT.reduce((clean, [pattern, replacement]) => clean.replace(pattern, replacement), text);
}

/**
 * Replaces, at any depth of a value parsed from JSON, every member whose name means a secret (authorization headers, cookies,
 * secrets, passwords, tokens, credentials, API keys) and every secret inside a text. Flags stay: `{ tokenExpired: true }`.
 */
export function redactValue(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map(redactValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, isSecret(key, member) ? HIDDEN : redactValue(member)]),
  );
}

function isSecret(key: string, member: unknown): boolean {
  return SECRET_KEY.test(key) && member !== null && typeof member !== 'boolean';
}

/** Whether a JSON line may hold anything that `redactValue` would change. */
export function mayHoldSecret(line: string): boolean {
  return SUSPICIOUS.test(line);
}
