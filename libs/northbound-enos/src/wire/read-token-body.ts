import type { z } from 'zod';
import { tokenError } from '../errors/error-answer.js';
import { firstIssue } from './read.js';

/** Reads a body of the token service. @throws ErrorAnswer 1202 for a member that is missing or empty, 1004 for another wrong one */
export function readTokenBody<T extends z.ZodObject>(schema: T, value: unknown): z.output<T> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw tokenError('parameter-invalid', 'body');
  const given = value as Readonly<Record<string, unknown>>;
  const missing = Object.keys(schema.shape).find((member) => (given[member] ?? '') === '');
  if (missing !== undefined) throw tokenError('parameter-empty', missing);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw tokenError('parameter-invalid', firstIssue(parsed.error).path);
}
