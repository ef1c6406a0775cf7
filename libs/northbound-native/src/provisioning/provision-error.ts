import type { FieldError } from '../errors/problem.js';

/** A declaration has unknown or wrong members; each with its path. Nothing of it has been applied. */
export class ProvisionError extends Error {
  override readonly name = 'ProvisionError';
  readonly code = 'provision-invalid';
  readonly retryable = false;

  constructor(readonly errors: readonly FieldError[]) {
    super(errors.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  }
}
