/** Says what is wrong with a value, or nothing. `path` is the member looked at, for the message. */
export type Check = (value: unknown) => boolean;

export const isText: Check = (value) => typeof value === 'string';
export const isInteger: Check = (value) => Number.isSafeInteger(value);
export const isTrue: Check = (value) => value === true;
export const isNumber: Check = (value) => typeof value === 'number';
/** Whatever JSON can say; a missing member is not JSON. */
export const isJson: Check = (value) => value !== undefined;
export const isMembers = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function isNullOr(check: Check): Check {
  return (value) => value === null || check(value);
}

export function isMissingOr(check: Check): Check {
  return (value) => value === undefined || check(value);
}

/** One of the names of a record: records are used so that the compiler says when the domain has one name more. */
export function isNameOf(names: Readonly<Record<string, true>>): Check {
  return (value) => typeof value === 'string' && Object.hasOwn(names, value);
}
