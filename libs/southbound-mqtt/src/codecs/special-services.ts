import { PROPERTIES, RAW } from '@downlink/command-engine';
import { UnsendableCommand } from './unsendable-command.js';
import type { Dispatch } from './wire-format-codec.js';

/** What a command asks for: a service of the device, or what vendors have ways of their own for. */
export type Purpose = 'call' | 'read-properties' | 'write-properties' | 'send-raw';

/** The purpose of a canonical command, whatever dialect it came through. */
export function purposeOf({ service, method }: Pick<Dispatch, 'service' | 'method'>): Purpose {
  if (service === PROPERTIES && method === 'read') return 'read-properties';
  if (service === PROPERTIES && method === 'write') return 'write-properties';
  if (service === RAW && method === 'send') return 'send-raw';
  return 'call';
}

/** The names that `read-properties` asks for. @throws UnsendableCommand when they are no list of texts. */
export function propertyNames({ parameters }: Pick<Dispatch, 'parameters'>): string[] {
  const names = parameters['names'];
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names;
  throw new UnsendableCommand('the names of the properties to read are missing');
}

const hexadecimal = /^([0-9a-f]{2})*$/i;

/** What `send-raw` is to send. @throws UnsendableCommand when it is in no encoding that we know. */
export function rawData({ parameters }: Pick<Dispatch, 'parameters'>): { encoding: 'hex' | 'text'; data: string } {
  const { encoding, data } = parameters;
  if (typeof data === 'string') {
    if (encoding === 'text') return { encoding, data };
    if (encoding === 'hex' && hexadecimal.test(data)) return { encoding, data };
  }
  throw new UnsendableCommand('the bytes to send are neither hexadecimal nor text');
}

/** The same as bytes; texts are UTF-8. */
export function rawBytes(dispatch: Pick<Dispatch, 'parameters'>): Buffer {
  const { encoding, data } = rawData(dispatch);
  return Buffer.from(data, encoding === 'hex' ? 'hex' : 'utf8');
}
