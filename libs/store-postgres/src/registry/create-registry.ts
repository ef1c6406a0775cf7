import type { Application, Applied, Credential, Registry, RegistryDeclaration } from '@downlink/command-engine';
import pg from 'pg';
import { retryConflicts } from '../commands/retry-conflicts.js';
import { onOneClient } from '../pools/on-one-client.js';
import { asFault, faultOf } from '../pools/pg-fault.js';
import { applyApplications } from './apply-applications.js';
import { applyDevices } from './apply-devices.js';
import { applyProducts, productContext } from './apply-products.js';
import { checkDeclaration, isStorable } from './check-declaration.js';
import { signingContext } from './credential-rows.js';
import { createDeviceLogins } from './device-logins.js';
import { deviceContext, keepSecrets, type KeptSecrets } from './kept-secrets.js';
import { findCredential, findSealedKey, listApplications, readApplication } from './read-applications.js';
import {
  listDevices,
  readDevices,
  readDevicesByAssets,
  readDevicesByKeys,
  readDeviceSecret,
  removeDevice,
} from './read-devices.js';
import { listProducts, readModelVersions, readProduct, readProductModel, readProductSecret } from './read-products.js';
import { RegistryConflict } from './registry-conflict.js';
import { searchDevices } from './search-devices.js';
import type { SecretBox } from './secret-box.js';
import { isSecretHash } from './secret-hash.js';

/** The registry in Postgres; see the port. Everything refused in a declaration is a `RegistryConflict`, which names its path. */
export function createRegistry({ pool, secrets }: { pool: pg.Pool; secrets: SecretBox }): Registry {
  const byKeys: Registry['devicesByKeys'] = async (productKey, keys) =>
    canExist(productKey) ? asFault(readDevicesByKeys(pool, productKey, keys.filter(isStorable))) : new Map();
  return {
    ...createDeviceLogins(pool, secrets),
    apply: async (declaration) => {
      checkDeclaration(declaration);
      const kept = await asFault(keepSecrets(pool, declaration, secrets));
      return retryConflicts(() => apply(pool, { secrets, kept }, declaration));
    },
    application: async (id) => (canExist(id) ? asFault(readApplication(pool, id)) : undefined),
    applications: async (page) => (canExist(page.after) ? asFault(listApplications(pool, page)) : []),
    product: async (key, owner) => (canExist(key, owner) ? asFault(readProduct(pool, key, owner)) : undefined),
    products: async (owner, page) => (canExist(owner, page.after) ? asFault(listProducts(pool, owner, page)) : []),
    modelVersions: (keys) => asFault(readModelVersions(pool, keys.filter(isStorable))),
    productModel: async (key, version) =>
      canExist(key) && isVersion(version) ? asFault(readProductModel(pool, key, version)) : undefined,
    devices: (ids) => asFault(readDevices(pool, ids.filter(isStorable))),
    listDevices: async (owner, page) => (canExist(owner, page.after) ? asFault(listDevices(pool, owner, page)) : []),
    searchDevices: async (query) =>
      canExist(query.applicationId, query.key, query.name, query.nameLike, ...(query.ids ?? []))
        ? asFault(searchDevices(pool, query))
        : { devices: [], total: 0 },
    deviceByKey: async (productKey, key) => (await byKeys(productKey, [key])).get(key),
    devicesByKeys: byKeys,
    devicesByAssets: async (owner, assetIds) =>
      canExist(owner) ? asFault(readDevicesByAssets(pool, owner, assetIds.filter(isStorable))) : new Map(),
    removeDevice: async (id, owner) => canExist(id, owner) && asFault(removeDevice(pool, id, owner)),
    deviceSecret: async (id) => {
      const stored = canExist(id) ? await asFault(readDeviceSecret(pool, id)) : undefined;
      return stored === undefined || isSecretHash(stored) ? undefined : secrets.open(stored, deviceContext(id));
    },
    productSecret: async (key) => {
      const sealed = canExist(key) ? await asFault(readProductSecret(pool, key)) : undefined;
      return sealed === undefined ? undefined : secrets.open(sealed, productContext(key));
    },
    signingKey: async (dialect, keyId) => {
      const found = canExist(keyId) ? await asFault(findCredential(pool, dialect, keyId)) : undefined;
      if (!found || found.sealed === null) return undefined;
      return { application: found.application, secret: secrets.open(found.sealed, signingContext(dialect, keyId)) };
    },
    signingSecretOf: async (dialect, applicationId) => {
      const found = canExist(applicationId) ? await asFault(findSealedKey(pool, dialect, applicationId)) : undefined;
      if (!found || found.sealed === null) return undefined;
      return secrets.open(found.sealed, signingContext(dialect, found.keyId));
    },
    authenticate: (credential) => asFault(authenticate(pool, secrets, credential)),
  };
}

/** Callers pass on what strangers sent; what Postgres cannot even hold is not there, which is no failure. */
function canExist(...texts: (string | undefined)[]): boolean {
  return texts.every((text) => text === undefined || isStorable(text));
}

/** Versions are counted in 31 bits. */
const isVersion = (version: number): boolean => Number.isInteger(version) && version > 0 && version < 2 ** 31;

async function authenticate(
  pool: pg.Pool,
  secrets: SecretBox,
  credential: Credential,
): Promise<Application | undefined> {
  const native = credential.dialect === 'native';
  const secret = native ? credential.key : credential.secret;
  const keyId = native ? secrets.digest(secret).toString('base64url') : credential.appId;
  const found = canExist(keyId) ? await findCredential(pool, credential.dialect, keyId) : undefined;
  return found && secrets.matches(secret, found.digest) ? found.application : undefined;
}

async function apply(
  pool: pg.Pool,
  { secrets, kept }: { readonly secrets: SecretBox; readonly kept: KeptSecrets },
  declaration: RegistryDeclaration,
): Promise<Applied> {
  try {
    return await onOneClient(pool, async (client) => {
      await client.query('begin');
      // Parents first and each table in id order: two declarations at once wait for each other and never lock crosswise.
      const credentials = await applyApplications(client, declaration.applications, secrets);
      const productSecrets = await applyProducts(client, declaration.products, secrets);
      const deviceSecrets = await applyDevices(client, declaration.devices, kept);
      await client.query('commit');
      return { credentials, productSecrets, deviceSecrets };
    });
  } catch (error) {
    throw refused(error) ?? faultOf(error);
  }
}

const RACES: Readonly<Record<string, readonly [path: string, reason: string]>> = {
  application_credential_key: ['applications', 'a key belongs to another application'],
  device_key: ['devices', 'a key belongs to another device'],
  device_asset: ['devices', 'an assetId belongs to another device'],
};

/** What only the database noticed: a key taken by a declaration that ran at the same time, or data that jsonb cannot hold. */
function refused(error: unknown): RegistryConflict | undefined {
  if (!(error instanceof pg.DatabaseError)) return undefined;
  const race = RACES[error.constraint ?? ''];
  if (race) return new RegistryConflict(...race, error);
  return error.code?.startsWith('22')
    ? new RegistryConflict('products', `a model cannot be stored: ${error.message}`, error)
    : undefined;
}
