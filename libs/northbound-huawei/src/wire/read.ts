import type { z } from 'zod';
import { huaweiError } from '../errors/error-answer.js';
import type { HuaweiErrorName } from '../errors/error-table.js';

/** The first member that is wrong. */
export interface WrongInput {
  readonly path: readonly PropertyKey[];
  /** What stands there; undefined where nothing does. */
  readonly input: unknown;
}

/**
 * Reads a body or a query by its schema. @throws ErrorAnswer that names the first member that is wrong: 100022, unless the call
 * has another code for it
 */
export function read<T extends z.ZodType>(
  schema: T,
  value: unknown,
  errorOf: (wrong: WrongInput) => HuaweiErrorName = () => 'input-invalid',
): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [{ path, message } = { path: [], message: '' }] = parsed.error.issues;
  const place = path.map(String).join('.');
  const detail = place === '' ? 'the body must be an object' : `${place}: ${message}`;
  throw huaweiError(errorOf({ path, input: valueAt(value, path) }), detail);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce(
    (inner, name) => (inner as Partial<Record<PropertyKey, unknown>> | null | undefined)?.[name],
    value,
  );
}
