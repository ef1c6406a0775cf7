import type { RawRecord } from './ports/dead-letters.port.js';

/** Bytes of key, value and headers (names in UTF-8). */
export function sizeOfRecord({ key, value, headers }: RawRecord): number {
  const ofHeaders = headers.reduce((sum, [name, bytes]) => sum + utf8Length(name) + bytes.length, 0);
  return (key?.length ?? 0) + (value?.length ?? 0) + ofHeaders;
}

const encoder = new TextEncoder();

function utf8Length(text: string): number {
  return encoder.encode(text).length;
}
