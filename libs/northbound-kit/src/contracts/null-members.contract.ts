import { expect, it } from '@jest/globals';
import { ContractClient } from './contract-client.js';
import type { DialectSubject } from './dialect-subject.js';

type Path = readonly string[];

/** `null` means absent, for every member of the body of the call that makes commands: what is left out and what is null come to the same. */
export function nullMembersContract(subject: DialectSubject): void {
  const client = new ContractClient(subject);
  const paths = membersOf(subject.fullBody(), subject.opaqueMembers);

  it('takes a good command with every member', async () => {
    await client.created(JSON.stringify(subject.fullBody()));
  });

  it.each(paths.map((path) => [path.join('.'), path] as const))('takes null for an absent %s', async (_, path) => {
    const post = (body: object) => client.outcomeOf(() => client.post(JSON.stringify(body)));
    const absent = await post(changed(subject.fullBody(), path, 'absent'));
    expect(await post(changed(subject.fullBody(), path, 'null'))).toEqual(absent);
  });
}

/** The places of all members; of lists those of the first item. */
function membersOf(value: unknown, opaque: readonly string[], at: Path = []): Path[] {
  if (Array.isArray(value)) return value.slice(0, 1).flatMap((item) => membersOf(item, opaque, [...at, '0']));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const path = [...at, name];
    return [path, ...(opaque.includes(name) ? [] : membersOf(member, opaque, path))];
  });
}

function changed(body: object, [name, ...rest]: Path, to: 'absent' | 'null'): object {
  const copy = structuredClone(body) as Record<string, object | null>;
  if (name === undefined) return copy;
  if (rest.length > 0) copy[name] = changed(copy[name]!, rest, to);
  else if (to === 'null') copy[name] = null;
  else delete copy[name];
  return copy;
}
