import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { ConfigError, type Logger } from '@downlink/runtime';

/** PEM files: the server's certificate with its chain, its key, and whose client certificates are believed. */
export interface CertificatePaths {
  readonly cert: string;
  readonly key: string;
  readonly clientCa?: string;
}

/** What `tls.createServer` and `setSecureContext` take. */
export interface CertificateContents {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
}

/** Which setting a file comes from, for messages. */
const VARIABLES = { cert: 'TLS_CERT', key: 'TLS_KEY', clientCa: 'TLS_CLIENT_CA' } as const;

/**
 * The certificate files of a TLS server, looked at again and again. Their contents are compared, not their times: certificates
 * of containers are exchanged by a symbolic link, which neither file events nor times tell of reliably.
 */
export class CertificateFiles {
  private timer: NodeJS.Timeout | undefined;
  /** The last contents looked at, good or bad: a broken file is told of once. */
  private seen: string;

  private constructor(
    private readonly paths: CertificatePaths,
    private readonly logger: Logger,
    private contents: CertificateContents,
  ) {
    this.seen = JSON.stringify(contents);
  }

  /** Reads them for the first time. @throws ConfigError that names the setting whose file cannot be read or used */
  static async open(paths: CertificatePaths, logger: Logger): Promise<CertificateFiles> {
    const contents = await readContents(paths);
    assertUsable(contents);
    logger.info(describeCertificate(contents), 'serving this certificate');
    return new CertificateFiles(paths, logger, contents);
  }

  /** The newest contents that can be used. */
  get current(): CertificateContents {
    return this.contents;
  }

  /** When the certificate that is served runs out, in ms of the Unix epoch. */
  get expiresAt(): number {
    return Date.parse(new X509Certificate(this.contents.cert).validTo);
  }

  /** Looks every so often; `changed` gets new contents that can be used. Whatever cannot be used is said in the log, and the old ones stay. */
  watch(everyMs: number, changed: (contents: CertificateContents) => void): void {
    const look = (): void => {
      void this.look(changed).finally(() => {
        if (this.timer !== undefined) this.timer = setTimeout(look, everyMs).unref();
      });
    };
    this.timer = setTimeout(look, everyMs).unref();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private async look(changed: (contents: CertificateContents) => void): Promise<void> {
    let found = 'unreadable';
    try {
      const contents = await readContents(this.paths);
      found = JSON.stringify(contents);
      if (found === this.seen) return;
      assertUsable(contents);
      this.contents = contents;
      changed(contents);
      this.logger.info(describeCertificate(contents), 'serving a new certificate; connections that are there go on');
    } catch (err) {
      if (found !== this.seen) this.logger.error({ err }, 'the new certificate cannot be used: the old one stays');
    }
    this.seen = found;
  }
}

async function readContents(paths: CertificatePaths): Promise<CertificateContents> {
  const read = async (which: keyof typeof VARIABLES, path: string): Promise<string> => {
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      throw wrong(VARIABLES[which], error);
    }
  };
  const [cert, key] = await Promise.all([read('cert', paths.cert), read('key', paths.key)]);
  return { cert, key, ...(paths.clientCa !== undefined && { ca: await read('clientCa', paths.clientCa) }) };
}

/** A key that belongs to another certificate is found by OpenSSL, here and not at the first handshake. */
function assertUsable({ cert, key, ca }: CertificateContents): void {
  const checks = [
    [VARIABLES.cert, () => createSecureContext({ cert })],
    [VARIABLES.key, () => createSecureContext({ cert, key })],
    // OpenSSL takes a file without any certificate for an empty list, and Node for none given: everybody's would be believed.
    [VARIABLES.clientCa, () => (ca === undefined ? undefined : new X509Certificate(ca))],
  ] as const;
  for (const [variable, check] of checks) {
    try {
      check();
    } catch (error) {
      throw wrong(variable, error);
    }
  }
}

function wrong(variable: string, cause: unknown): ConfigError {
  const problem = `expected a PEM file that can be used: ${cause instanceof Error ? cause.message : String(cause)}`;
  return new ConfigError([{ variable, problem }]);
}

function describeCertificate({ cert }: CertificateContents): object {
  const { subject, serialNumber, validTo } = new X509Certificate(cert);
  return { subject: subject.replaceAll('\n', ', '), serialNumber, validTo };
}
