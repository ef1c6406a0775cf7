import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { Logger } from '@downlink/runtime';
import type { CertificateFiles } from './certificate-files.js';

export interface TlsListening {
  readonly certificates: CertificateFiles;
  /** How often the files are looked at. ms */
  readonly reloadEveryMs: number;
  /** `optional`: a device may show a certificate; `required`: nobody without one that TLS_CLIENT_CA vouches for gets in. */
  readonly clientCertificates: 'none' | 'optional' | 'required';
  /** A handshake that is not over by then is ended. ms */
  readonly handshakeTimeoutMs: number;
  /** Called for each connection; `commonName` only of a client certificate that has been verified. */
  readonly connected: (socket: TLSSocket, commonName: string | undefined) => void;
  /** Called for each handshake that came to nothing. */
  readonly failed: () => void;
  readonly logger: Logger;
}

/**
 * A TLS server whose certificate changes with its files, without a restart; connections that are there go on. New ones and
 * resumed sessions see the new one: tickets of the old context cannot be opened any more.
 */
export function createTlsServer(options: TlsListening): Server {
  const { certificates, clientCertificates, logger } = options;
  const server = createServer({
    ...certificates.current,
    requestCert: clientCertificates !== 'none',
    rejectUnauthorized: clientCertificates === 'required',
    handshakeTimeout: options.handshakeTimeoutMs,
    noDelay: true,
  });
  server.on('secureConnection', (socket) => options.connected(socket, commonNameOf(socket)));
  server.on('tlsClientError', (error, socket) => {
    options.failed();
    // Port scanners and devices with a wrong clock come by the thousand: the counter tells of them, the log on demand.
    logger.debug({ reason: error.message, remoteAddress: socket.remoteAddress }, 'a TLS handshake failed');
    socket.destroy();
  });
  certificates.watch(options.reloadEveryMs, (contents) => server.setSecureContext(contents));
  server.on('close', () => certificates.stop());
  return server;
}

/**
 * Taken from the certificate itself: a resumed TLS 1.3 session of a client that never showed one counts as `authorized` in Node.
 * A name that stands there several times is none.
 */
function commonNameOf(socket: TLSSocket): string | undefined {
  if (!socket.authorized) return undefined;
  const name: unknown = socket.getPeerCertificate().subject?.CN;
  return typeof name === 'string' && name !== '' ? name : undefined;
}
