/** Longer ones are nobody's; they are not looked up. */
const MAX_TOKEN_LENGTH = 1024;

/** The token of an `Authorization: Bearer …` header (RFC 6750 §2.1; the scheme in any case); undefined when there is none. */
export function bearerToken(header: string | undefined): string | undefined {
  if (header === undefined || header.length > MAX_TOKEN_LENGTH + 7) return undefined;
  if (header.slice(0, 7).toLowerCase() !== 'bearer ') return undefined;
  const token = header.slice(7).trim();
  return token === '' ? undefined : token;
}
