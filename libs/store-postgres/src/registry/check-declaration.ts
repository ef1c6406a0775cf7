import type { RegistryDeclaration } from '@downlink/command-engine';
import { RegistryConflict } from './registry-conflict.js';

const MAX_DEVICE_ID = 128;
const MAX_ID = 64;
/** Huawei's nodeId is the longest of the vendors' names. */
const MAX_DEVICE_KEY = 256;

/**
 * Why this cannot be an id; undefined when it can. Ids become levels of MQTT topics, where `+`, `#` and `/` have a meaning
 * and control characters are forbidden or discouraged (MQTT 5, §1.5.4 and §4.7).
 */
function problemOf(id: string, maxLength: number): string | undefined {
  if (id === '') return 'is empty';
  if (id.length > maxLength) return `has ${id.length} characters, more than ${maxLength}`;
  if (/[+#/]/.test(id)) return 'contains +, # or /, which MQTT topics give a meaning to';
  if (/[\p{Cc}\p{Cs}]/u.test(id)) return 'contains a control character or half a character';
  return undefined;
}

/** Whether Postgres can hold this text at all: it has no NUL. */
export function isStorable(text: string): boolean {
  return !text.includes('\0');
}

/** Everything that can be seen without asking the database. @throws RegistryConflict at the first offence */
export function checkDeclaration({ applications, products, devices }: RegistryDeclaration): void {
  checkIds(
    applications,
    (at) => `applications[${at}].id`,
    (application) => application.id,
  );
  checkIds(
    products,
    (at) => `products[${at}].key`,
    (product) => product.key,
  );
  checkIds(
    devices,
    (at) => `devices[${at}].id`,
    (device) => device.id,
    MAX_DEVICE_ID,
  );
  checkNames(devices);
  checkText(applications, 'applications', ({ name, credentials, credentialsIfNone, authorisedBy = [] }) => [
    name,
    credentials.enos?.orgId ?? '',
    credentialsIfNone?.enos?.orgId ?? '',
    ...authorisedBy,
  ]);
  checkText(products, 'products', (product) => [product.name, product.wireFormat, product.applicationId]);
  checkText(devices, 'devices', (device) => [device.name, device.productKey, device.applicationId]);
}

function checkIds<T>(items: readonly T[], path: (at: number) => string, idOf: (item: T) => string, max = MAX_ID): void {
  const seen = new Set<string>();
  for (const [at, item] of items.entries()) {
    const id = idOf(item);
    const problem = problemOf(id, max) ?? (seen.has(id) ? 'is declared twice' : undefined);
    if (problem !== undefined) throw new RegistryConflict(path(at), problem);
    seen.add(id);
  }
}

/** A key becomes a level of topics like an id; an asset does not. */
function checkNames(devices: RegistryDeclaration['devices']): void {
  for (const [at, { key, assetId }] of devices.entries()) {
    const problem = key == null ? undefined : problemOf(key, MAX_DEVICE_KEY);
    if (problem !== undefined) throw new RegistryConflict(`devices[${at}].key`, problem);
    if (assetId == null) continue;
    if (assetId === '') throw new RegistryConflict(`devices[${at}].assetId`, 'is empty');
    if (!isStorable(assetId)) throw new RegistryConflict(`devices[${at}].assetId`, 'contains the character NUL');
  }
}

function checkText<T>(items: readonly T[], path: string, textsOf: (item: T) => string[]): void {
  for (const [at, item] of items.entries()) {
    if (!textsOf(item).every(isStorable)) throw new RegistryConflict(`${path}[${at}]`, 'contains the character NUL');
  }
}
