import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { generate } from 'selfsigned';
import type { DataFolder } from './data-folder.js';

const FILE = 'https.json';
const TEN_YEARS_MS = 10 * 365 * 86_400_000;

/** The installation's own certificate for localhost; made once, so that a client may pin it. */
export async function selfSignedCertificate(folder: DataFolder): Promise<{ cert: string; key: string }> {
  if (!existsSync(folder.file(FILE))) {
    const made = await generate([{ name: 'commonName', value: 'localhost' }], {
      keyType: 'ec',
      algorithm: 'sha256',
      notAfterDate: new Date(Date.now() + TEN_YEARS_MS),
    });
    folder.write(FILE, { cert: made.cert, key: made.private });
  }
  return JSON.parse(readFileSync(folder.file(FILE), 'utf8')) as { cert: string; key: string };
}

/** The same as PEM files, for a server that looks at files. */
export async function selfSignedFiles(folder: DataFolder): Promise<{ cert: string; key: string }> {
  const { cert, key } = await selfSignedCertificate(folder);
  const files = { cert: folder.file('tls-cert.pem'), key: folder.file('tls-key.pem') };
  writeFileSync(files.cert, cert);
  writeFileSync(files.key, key, { mode: 0o600 });
  return files;
}
