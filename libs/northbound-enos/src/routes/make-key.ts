import { randomBytes } from 'node:crypto';

const CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Random letters and digits: 8 for a product key or an asset id as in the vendor's samples, 6 bits each but for a little. */
export function makeKey(length: number): string {
  return Array.from(randomBytes(length * 2), (byte) => byte & 63)
    .filter((number) => number < CHARACTERS.length)
    .slice(0, length)
    .map((number) => CHARACTERS[number])
    .join('')
    .padEnd(length, 'A');
}
