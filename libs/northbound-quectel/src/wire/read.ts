import type { z } from 'zod';
import { Refusal } from '../errors/refusal.js';

/** Reads a body or a query by its schema. @throws Refusal 50005 that names the first member that is wrong */
export function read<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.map(String).join('.') ?? '';
  throw new Refusal('parameter-wrong', path === '' ? 'the body must be an object' : `${path}: ${issue?.message ?? ''}`);
}
