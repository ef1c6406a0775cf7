import { expect, it } from '@jest/globals';
import { ContractClient } from './contract-client.js';
import type { DialectSubject } from './dialect-subject.js';

/** What a token may be turned into on its way, or by somebody who tries; none of it is the token. */
const TWISTS: Readonly<Record<string, (token: string) => string>> = {
  'in the other case': (token) =>
    [...token].map((c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())).join(''),
  backwards: (token) => [...token].reverse().join(''),
  'without its first character': (token) => token.slice(1),
  'without its last character': (token) => token.slice(0, -1),
  'with one character more': (token) => `${token}0`,
  'with its last character changed a little': (token) => token.slice(0, -1) + neighbour(token.at(-1)!),
  'with its first character percent-encoded': (token) => `%${token.charCodeAt(0).toString(16)}${token.slice(1)}`,
  'in base64': (token) => Buffer.from(token).toString('base64'),
  'in hex': (token) => Buffer.from(token).toString('hex'),
  'in quotes': (token) => `"${token}"`,
  twice: (token) => `${token},${token}`,
  'twice with a blank': (token) => `${token} ${token}`,
  'with a letter beyond ASCII': (token) => `${token}\u00e9`,
};

/** Tokens are good as they were issued, to whom they were issued, and as long as they were issued for. */
export function tokensContract(subject: DialectSubject): void {
  const client = new ContractClient(subject);
  const refused = (headers: Record<string, string>) =>
    client.refused(() => client.post(client.good(), client.json(headers)));

  it.each(Object.entries(TWISTS))('refuses a good token %s', async (_, twist) => {
    const good = subject.authorised();
    const [, scheme, token] = /^(.* )?(.*)$/.exec(good[subject.tokenHeader]!)!;
    const twisted = `${scheme ?? ''}${twist(token!)}`;
    expect(twisted).not.toBe(good[subject.tokenHeader]);
    await refused({ ...good, [subject.tokenHeader]: twisted });
  });

  it.each(Object.entries(subject.deadTokens))('refuses a token that is %s', async (_, headersOf) => {
    await refused(await headersOf());
    await subject.renew?.();
  });

  it('takes the good token as it is', async () => {
    await client.created();
  });
}

/** Another character, of the same alphabet where that is one of letters and digits. */
function neighbour(character: string): string {
  const next = String.fromCharCode(character.charCodeAt(0) + 1);
  return /[0-9A-Za-z]/.test(next) ? next : '0';
}
