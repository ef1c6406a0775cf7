import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';

export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

const BASICS = { keyType: 'ec', algorithm: 'sha256' } as const;

/** A certificate for localhost, or one of this name signed by another. */
export async function makeCertificate(name = 'localhost', ca?: TestCertificate): Promise<TestCertificate> {
  const made = await generate([{ name: 'commonName', value: name }], { ...BASICS, ...(ca && { ca }) });
  return { cert: made.cert, key: made.private };
}

/** One that may sign others. */
export async function makeAuthority(name: string): Promise<TestCertificate> {
  const made = await generate([{ name: 'commonName', value: name }], {
    ...BASICS,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
  return { cert: made.cert, key: made.private };
}

/** Files in a folder of their own, as a certificate manager writes them. */
export function openCertificateFolder(): {
  readonly paths: { readonly cert: string; readonly key: string; readonly clientCa: string };
  write(which: 'cert' | 'key' | 'clientCa', pem: string): void;
  remove(): void;
} {
  const folder = mkdtempSync(join(tmpdir(), 'downlink-certificates-'));
  const file = (name: string) => join(folder, name);
  const paths = { cert: file('cert.pem'), key: file('key.pem'), clientCa: file('ca.pem') };
  return {
    paths,
    write(which, pem) {
      writeFileSync(`${paths[which]}.new`, pem, { mode: 0o600 });
      renameSync(`${paths[which]}.new`, paths[which]);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
