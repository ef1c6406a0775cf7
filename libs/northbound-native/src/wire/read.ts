import { pathText } from '@downlink/northbound-kit';
import type { z } from 'zod';
import { problem, type FieldError } from '../errors/problem.js';

/** Wrong members that one problem tells of: more would be a flood, not a help. */
export const MOST_ERRORS = 100;

/** Reads a body or a query by its schema. @throws ErrorAnswer `validation-failed` with every wrong member by its path */
export function read<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw problem('validation-failed', { errors: fieldErrors(parsed.error) });
}

/** zod's findings by their paths. */
export function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.flatMap(fieldErrorsOf).slice(0, MOST_ERRORS);
}

/** Each unknown member is told by its own path, not by that of the object that holds it. */
function fieldErrorsOf(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: pathText(issue.path), message: issue.message }];
  return issue.keys.map((key) => ({ path: pathText([...issue.path, key]), message: 'is not a member here' }));
}
