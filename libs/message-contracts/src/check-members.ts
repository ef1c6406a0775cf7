import { isMembers, type Check } from './checks.js';
import { UnreadableMessage } from './unreadable-message.js';

export type Members = Readonly<Record<string, Check>>;
/** One check for every member of T: a member added to the domain does not compile until it is checked here. */
export type MembersOf<T> = { readonly [K in keyof T]-?: Check };

/**
 * Checks that `value` is an object and has these members. Members that are not named are let through: a later version may
 * add some.
 * @throws UnreadableMessage naming the first member that is missing or wrong
 */
export function checkMembers(value: unknown, members: Members, path: string): Record<string, unknown> {
  if (!isMembers(value)) throw new UnreadableMessage(path, 'not an object');
  for (const [name, check] of Object.entries(members)) {
    if (!check(value[name])) throw new UnreadableMessage(path === '' ? name : `${path}.${name}`, 'missing or wrong');
  }
  return value;
}
