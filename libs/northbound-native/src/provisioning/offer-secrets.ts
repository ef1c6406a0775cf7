import { randomBytes } from 'node:crypto';
import type { ApplicationCredentials, RegistryDeclaration } from '@downlink/command-engine';
import type { ProvisionEntries } from './schema.js';

/**
 * Offers a secret for everything that came without one: for each application a native key and whatever of a dialect's
 * credentials is named and left open, for products and devices a secret. The registry takes an offer only where there is none.
 */
export function offerSecrets(declaration: RegistryDeclaration, entries: ProvisionEntries): RegistryDeclaration {
  return {
    applications: declaration.applications.map((application, at) => ({
      ...application,
      credentialsIfNone: offeredCredentials(entries.applications[at]!),
    })),
    products: declaration.products.map((product) =>
      product.secret === undefined ? { ...product, secretIfNone: newSecret() } : product,
    ),
    devices: declaration.devices.map((device) =>
      device.secret === undefined ? { ...device, secretIfNone: newSecret() } : device,
    ),
  };
}

function offeredCredentials({
  native,
  huawei,
  enos,
  quectel,
}: ProvisionEntries['applications'][number]): ApplicationCredentials {
  return {
    ...(native?.key === undefined && { native: { key: newSecret() } }),
    ...(huawei && huawei.secret === undefined && { huawei: { secret: newSecret() } }),
    ...(enos && enos.appKey === undefined && { enos: { orgId: enos.orgId, appKey: newKey(), appSecret: newSecret() } }),
    ...(quectel && quectel.accessKey === undefined && { quectel: { accessKey: newKey(), accessSecret: newSecret() } }),
  };
}

/** 192 bits, 32 characters that need no escaping anywhere. */
function newSecret(): string {
  return randomBytes(24).toString('base64url');
}

/** Names a credential; 128 bits, so that nobody else's is hit. */
function newKey(): string {
  return randomBytes(16).toString('hex');
}
