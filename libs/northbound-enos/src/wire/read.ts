import { pathText } from '@downlink/northbound-kit';
import type { z } from 'zod';
import { invalidArgument } from '../errors/error-answer.js';

/** Reads a body or a query by its schema. @throws ErrorAnswer 99400 that names the first member that is wrong */
export function read<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, message } = firstIssue(parsed.error);
  throw invalidArgument(path === '' ? 'body' : path, path === '' ? 'expected an object' : `${path} ${message}`);
}

/** The first member that is wrong, by its path, and what is wrong of it. */
export function firstIssue(error: z.ZodError): { readonly path: string; readonly message: string } {
  const [issue] = error.issues;
  return { path: pathText(issue?.path ?? []), message: issue?.message ?? '' };
}
