import type { RawRecord } from '@downlink/command-engine';

/** The three columns of a record. Headers as JSON with values in base64: their names are any text, their values any bytes. */
export interface StoredRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Buffer | null;
}

/** Of a record that is too large: without headers it counts as not kept. */
export const NOTHING_STORED: StoredRecord = { key: null, value: null, headers: null };

export function storedRecord({ key, value, headers }: RawRecord): StoredRecord {
  const texts = headers.map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')]);
  return {
    key: key === null ? null : Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
    headers: Buffer.from(JSON.stringify(texts)),
  };
}

export function rawRecord({ key, value, headers }: StoredRecord): RawRecord | undefined {
  if (headers === null) return undefined;
  const texts = JSON.parse(headers.toString()) as [string, string][];
  return { key, value, headers: texts.map(([name, base64]) => [name, Buffer.from(base64, 'base64')]) };
}
