import type { ApplicationCredentials, Applied, RegistryDeclaration } from '@downlink/command-engine';
import type { ProvisionEntries } from './schema.js';

/**
 * Ids and secrets that we made. Secrets are shown once, to the caller whose declaration made them, and never again. `at` tells an
 * entry whose id was made.
 */
export interface MadeSecrets {
  readonly applications: readonly ({ readonly id: string; readonly at?: string } & ApplicationCredentials)[];
  readonly products: readonly { readonly key: string; readonly at?: string; readonly secret?: string }[];
  readonly devices: readonly { readonly id: string; readonly at?: string; readonly secret?: string }[];
}

/** Of what was offered, that which was taken. */
export function madeSecrets(offer: RegistryDeclaration, applied: Applied, entries: ProvisionEntries): MadeSecrets {
  const credentials = new Set(applied.credentials.map(({ applicationId, dialect }) => `${applicationId} ${dialect}`));
  const [products, devices] = [new Set(applied.productSecrets), new Set(applied.deviceSecrets)];
  const takenOf = (id: string, offered: ApplicationCredentials = {}): ApplicationCredentials =>
    Object.fromEntries(Object.entries(offered).filter(([dialect]) => credentials.has(`${id} ${dialect}`)));
  return {
    applications: offer.applications.flatMap(({ id, credentialsIfNone }, at) =>
      unlessBare({
        id,
        ...madeAt(entries.applications[at]?.id, `applications[${at}]`),
        ...takenOf(id, credentialsIfNone),
      }),
    ),
    products: offer.products.flatMap(({ key, secretIfNone }, at) =>
      unlessBare({
        key,
        ...madeAt(entries.products[at]?.key, `products[${at}]`),
        ...(products.has(key) && secretIfNone !== undefined && { secret: secretIfNone }),
      }),
    ),
    devices: offer.devices.flatMap(({ id, secretIfNone }, at) =>
      unlessBare({
        id,
        ...madeAt(entries.devices[at]?.id, `devices[${at}]`),
        ...(devices.has(id) && secretIfNone !== undefined && { secret: secretIfNone }),
      }),
    ),
  };
}

function madeAt(given: string | undefined, at: string): { at?: string } {
  return given === undefined ? { at } : {};
}

/** Nothing was made where there is only the id. */
function unlessBare<T extends object>(made: T): T[] {
  return Object.keys(made).length > 1 ? [made] : [];
}
