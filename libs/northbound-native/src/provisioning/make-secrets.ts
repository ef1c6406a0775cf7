import { randomBytes } from 'node:crypto';
import type { NewApplication, NewDevice, Registry, RegistryDeclaration } from '@downlink/command-engine';

/** Secrets that we made. They are shown once, in the answer to the call that made them, and never again. */
export interface MadeSecrets {
  readonly applications: readonly { readonly id: string; readonly native: { readonly key: string } }[];
  readonly devices: readonly { readonly id: string; readonly secret: string }[];
}

/** Completes a declaration: applications and devices that are new and came without a native key or a secret get one. */
export async function withMadeSecrets(
  registry: Pick<Registry, 'application' | 'devices'>,
  declaration: RegistryDeclaration,
): Promise<{ declaration: RegistryDeclaration; made: MadeSecrets }> {
  const keys = await makeKeys(registry, declaration.applications);
  const secrets = await makeDeviceSecrets(registry, declaration.devices);
  return {
    declaration: {
      ...declaration,
      applications: declaration.applications.map((application) => {
        const key = keys.get(application.id);
        return key === undefined
          ? application
          : { ...application, credentials: { ...application.credentials, native: { key } } };
      }),
      devices: declaration.devices.map((device) => {
        const secret = secrets.get(device.id);
        return secret === undefined ? device : { ...device, secret };
      }),
    },
    made: {
      applications: [...keys].map(([id, key]) => ({ id, native: { key } })),
      devices: [...secrets].map(([id, secret]) => ({ id, secret })),
    },
  };
}

async function makeKeys(
  registry: Pick<Registry, 'application'>,
  applications: readonly NewApplication[],
): Promise<Map<string, string>> {
  const without = applications.filter(({ credentials }) => credentials.native === undefined);
  const known = await Promise.all(without.map(({ id }) => registry.application(id)));
  return new Map(without.flatMap(({ id }, index) => (known[index] ? [] : [[id, newSecret()] as const])));
}

async function makeDeviceSecrets(
  registry: Pick<Registry, 'devices'>,
  devices: readonly NewDevice[],
): Promise<Map<string, string>> {
  const without = devices.filter(({ secret }) => secret === undefined).map(({ id }) => id);
  if (without.length === 0) return new Map();
  const known = await registry.devices(without);
  return new Map(without.filter((id) => !known.has(id)).map((id) => [id, newSecret()]));
}

/** 192 bits, 32 characters that need no escaping anywhere. */
function newSecret(): string {
  return randomBytes(24).toString('base64url');
}
