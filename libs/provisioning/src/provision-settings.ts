import { ConfigError } from '@downlink/runtime';
import { z } from 'zod';

/** 32 bytes in base64. */
export const secretsKey = () => z.string().regex(/^[A-Za-z0-9+/]{43}=$/, { error: 'expected 32 bytes in base64' });

/** Members of the configuration of every process that applies a provisioning file at its start. */
export const provisionSettings = {
  /** The file: JSON, or YAML when its name ends in .yaml or .yml. */
  PROVISION: z.string().optional(),
  /** Where secrets that the file leaves out are written when they are made; without it none are made. */
  PROVISION_MADE: z.string().optional(),
};

export type ProvisionSettings = Readonly<z.output<z.ZodObject<typeof provisionSettings>>>;
export type SecretsSettings = Pick<ProvisionSettings, 'PROVISION'> & { readonly SECRETS_KEY?: string | undefined };

/**
 * For processes that have no business with secrets unless they apply a file.
 * @throws ConfigError when there is a file and no key to seal its secrets with
 */
export function needSecretsKey<T extends SecretsSettings>(config: T): T {
  if (config.PROVISION === undefined || config.SECRETS_KEY !== undefined) return config;
  const problem = 'is needed with PROVISION, and has to be the one of all services: it seals the secrets of the file';
  throw new ConfigError([{ variable: 'SECRETS_KEY', problem }]);
}
