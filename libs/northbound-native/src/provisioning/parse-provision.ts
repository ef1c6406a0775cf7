import type { RegistryDeclaration } from '@downlink/command-engine';
import type { FieldError } from '../errors/problem.js';
import { fieldErrors } from '../wire/read.js';
import { provisionFile } from './schema.js';
import { newApplication, newDevice, newProduct } from './to-declaration.js';

/** The declaration has unknown or wrong members; each with its path. Nothing of it may be applied. */
export class ProvisionError extends Error {
  override readonly name = 'ProvisionError';
  readonly code = 'provision-invalid';
  readonly retryable = false;

  constructor(readonly errors: readonly FieldError[]) {
    super(errors.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  }
}

/**
 * Reads the parsed JSON of a provisioning file or of `POST /v1/provision`. Credentials and secrets that it gives are kept as
 * given; those that it leaves out stay what they are.
 * @throws ProvisionError for unknown or wrong members, and for those that are not supported yet
 */
export function parseProvision(json: unknown): RegistryDeclaration {
  const parsed = provisionFile.safeParse(json);
  if (!parsed.success) throw new ProvisionError(fieldErrors(parsed.error));
  const { applications, products, devices } = parsed.data;
  return {
    applications: applications.map(newApplication),
    products: products.map(newProduct),
    devices: devices.map(newDevice),
  };
}
