import type { ApplicationCredentials } from '@downlink/command-engine';
import { isStorable } from './check-declaration.js';
import { RegistryConflict } from './registry-conflict.js';
import type { SecretBox } from './secret-box.js';

/** One application's credentials of one dialect, as they are stored. */
export interface CredentialRow {
  /** The member of the declaration that a conflict is told of. */
  readonly path: string;
  readonly applicationId: string;
  readonly dialect: string;
  readonly keyId: string;
  readonly digest: Buffer;
  readonly sealed: string | null;
}

/** What a secret is sealed for that its owner proves by hashing it. */
export function signingContext(dialect: 'enos' | 'quectel', keyId: string): string {
  return `${dialect}:${keyId}`;
}

/** @param path of the application, `applications[0]`. @throws RegistryConflict for a key that cannot be stored */
export function credentialRows(
  applicationId: string,
  { native, huawei, enos, quectel }: ApplicationCredentials,
  path: string,
  secrets: SecretBox,
): CredentialRow[] {
  const row = (member: string, keyId: string, secret: string): CredentialRow => {
    if (!isStorable(keyId)) throw new RegistryConflict(`${path}.${member}`, 'contains the character NUL');
    const dialect = member.replace(/\..*/, '');
    return { path: `${path}.${member}`, applicationId, dialect, keyId, digest: secrets.digest(secret), sealed: null };
  };
  const rows: CredentialRow[] = [];
  if (native) rows.push(row('native.key', secrets.digest(native.key).toString('base64url'), native.key));
  if (huawei) rows.push(row('huawei.secret', applicationId, huawei.secret));
  if (enos) {
    const sealed = secrets.seal(enos.appSecret, signingContext('enos', enos.appKey));
    rows.push({ ...row('enos.appKey', enos.appKey, enos.appSecret), sealed });
  }
  if (quectel) {
    const sealed = secrets.seal(quectel.accessSecret, signingContext('quectel', quectel.accessKey));
    rows.push({ ...row('quectel.accessKey', quectel.accessKey, quectel.accessSecret), sealed });
  }
  return rows;
}
