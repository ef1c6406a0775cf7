import { isJsonObject, type Json, type JsonObject } from '@downlink/command-domain';
import type { z } from 'zod';
import { WrongMember, type MemberPath } from './wrong-member.js';

/** An entry of a capability file, with its place in the document. */
export interface Entry {
  readonly path: MemberPath;
  readonly value: Json;
}

/** The entries of a file (`{ devices: [...] }`), of a list of files, or of the bare list. @throws WrongMember */
export function entriesOf(value: Json | undefined, path: MemberPath, member: 'devices' | 'services'): Entry[] {
  if (value === undefined || value === null) throw new WrongMember(path, 'is missing');
  if (Array.isArray(value)) {
    return value.flatMap((item, index) =>
      isFile(item, member) ? entriesOf(item, [...path, index], member) : [{ path: [...path, index], value: item }],
    );
  }
  if (!isFile(value, member)) throw new WrongMember(path, `expected an object with ${member}`);
  const list = value[member];
  if (!Array.isArray(list)) throw new WrongMember([...path, member], 'expected a list');
  return list.map((item, index) => ({ path: [...path, member, index], value: item }));
}

function isFile(value: Json, member: string): value is JsonObject {
  return isJsonObject(value) && Object.hasOwn(value, member);
}

/** Reads one entry by its schema. @throws WrongMember for the first member that does not fit */
export function readEntry<T extends z.ZodType>(schema: T, { path, value }: Entry): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const member = (issue?.path ?? []).map((key) => (typeof key === 'number' ? key : String(key)));
  throw new WrongMember([...path, ...member], issue?.message ?? 'is wrong');
}
