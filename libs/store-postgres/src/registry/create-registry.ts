import type { Application, Credential, Registry, RegistryDeclaration } from '@downlink/command-engine';
import pg from 'pg';
import { retryConflicts } from '../commands/retry-conflicts.js';
import { asFault, faultOf } from '../pools/pg-fault.js';
import { applyApplications } from './apply-applications.js';
import { applyDevices, deviceContext } from './apply-devices.js';
import { applyProducts } from './apply-products.js';
import { checkDeclaration, isStorable } from './check-declaration.js';
import { findCredential, listApplications, readApplication } from './read-applications.js';
import { listDevices, readDevices, readDeviceSecret } from './read-devices.js';
import { listProducts, readProduct } from './read-products.js';
import { RegistryConflict } from './registry-conflict.js';
import type { SecretBox } from './secret-box.js';

/** The registry in Postgres; see the port. Everything refused in a declaration is a `RegistryConflict`, which names its path. */
export function createRegistry({ pool, secrets }: { pool: pg.Pool; secrets: SecretBox }): Registry {
  return {
    apply: async (declaration) => {
      checkDeclaration(declaration);
      await retryConflicts(() => apply(pool, secrets, declaration));
    },
    application: async (id) => (canExist(id) ? asFault(readApplication(pool, id)) : undefined),
    applications: async (page) => (canExist(page.after) ? asFault(listApplications(pool, page)) : []),
    product: async (key, owner) => (canExist(key, owner) ? asFault(readProduct(pool, key, owner)) : undefined),
    products: async (owner, page) => (canExist(owner, page.after) ? asFault(listProducts(pool, owner, page)) : []),
    devices: (ids) => asFault(readDevices(pool, ids.filter(isStorable))),
    listDevices: async (owner, page) => (canExist(owner, page.after) ? asFault(listDevices(pool, owner, page)) : []),
    deviceSecret: async (id) => {
      const sealed = canExist(id) ? await asFault(readDeviceSecret(pool, id)) : undefined;
      return sealed === undefined ? undefined : secrets.open(sealed, deviceContext(id));
    },
    authenticate: (credential) => asFault(authenticate(pool, secrets, credential)),
  };
}

/** Callers pass on what strangers sent; what Postgres cannot even hold is not there, which is no failure. */
function canExist(...texts: (string | undefined)[]): boolean {
  return texts.every((text) => text === undefined || isStorable(text));
}

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

async function apply(pool: pg.Pool, secrets: SecretBox, declaration: RegistryDeclaration): Promise<void> {
  const client = await asFault(pool.connect());
  let broken: Error | undefined;
  try {
    await client.query('begin');
    // Parents first and each table in id order: two declarations at once wait for each other and never lock crosswise.
    await applyApplications(client, declaration.applications, secrets);
    await applyProducts(client, declaration.products);
    await applyDevices(client, declaration.devices, secrets);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch((cause: Error) => (broken = cause));
    throw refused(error) ?? faultOf(error);
  } finally {
    client.release(broken);
  }
}

/** What only the database noticed: a key taken by a declaration that ran at the same time, or data that jsonb cannot hold. */
function refused(error: unknown): RegistryConflict | undefined {
  if (!(error instanceof pg.DatabaseError)) return undefined;
  if (error.constraint === 'application_credential_key') {
    return new RegistryConflict('applications', 'a key belongs to another application', error);
  }
  return error.code?.startsWith('22')
    ? new RegistryConflict('products', `a model cannot be stored: ${error.message}`, error)
    : undefined;
}
