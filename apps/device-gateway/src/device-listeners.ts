import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Logger } from '@downlink/runtime';
import { CertificateFiles, type CertificatePaths } from './tls/certificate-files.js';
import { createTlsServer } from './tls/listen-tls.js';

export interface TlsSettings extends CertificatePaths {
  /** 0 for any free one. */
  readonly port: number;
  /** Only with `clientCa`: without one there is nobody to vouch for a device. */
  readonly clientCertificateRequired: boolean;
  /** How often the files are looked at; 10 s. */
  readonly reloadEveryMs?: number;
}

export interface DeviceListenersOptions {
  /** Every interface unless given. */
  readonly host?: string;
  /** MQTT without TLS; 0 for any free port, undefined for none. */
  readonly port: number | undefined;
  readonly tls?: TlsSettings | undefined;
  readonly handshakeTimeoutMs: number;
  /** A connection that is ready to speak MQTT; `commonName` of a verified client certificate. */
  readonly connected: (socket: Socket, extra: { commonName?: string }) => void;
  readonly logger: Logger;
}

export interface DeviceListeners {
  /** The ports really listened on. */
  readonly port: number | undefined;
  readonly tlsPort: number | undefined;
  readonly handshakeFailures: number;
  /** Bytes on the wire since the start, with TLS' own. */
  readonly bytes: { readonly received: number; readonly sent: number };
  /** When the certificate runs out, in ms of the Unix epoch; undefined without TLS. */
  readonly certificateExpiresAt: number | undefined;
  /** Takes no new connections; resolves at once. */
  refuseNew(): void;
  /** Ends what is left, such as half a handshake, and resolves when all ports are free. */
  close(): Promise<void>;
}

const RELOAD_EVERY_MS = 10_000;

/**
 * Opens the ports for devices.
 * @throws ConfigError for certificate files that cannot be used; the listen error (EADDRINUSE, EACCES) for a port that cannot be had
 */
export async function openDeviceListeners(options: DeviceListenersOptions): Promise<DeviceListeners> {
  const { port, tls, host, connected } = options;
  const certificates = tls && (await CertificateFiles.open(tls, options.logger));
  let failures = 0;
  const plain = port === undefined ? undefined : createServer({ noDelay: true }, (socket) => connected(socket, {}));
  const secure =
    tls &&
    certificates &&
    createTlsServer({
      certificates,
      reloadEveryMs: tls.reloadEveryMs ?? RELOAD_EVERY_MS,
      clientCertificates: tls.clientCa === undefined ? 'none' : tls.clientCertificateRequired ? 'required' : 'optional',
      handshakeTimeoutMs: options.handshakeTimeoutMs,
      connected: (socket, commonName) => connected(socket, commonName === undefined ? {} : { commonName }),
      failed: () => (failures += 1),
      logger: options.logger,
    });
  const doors = [plain && new Door(plain), secure && new Door(secure)];
  const open = doors.filter((door) => door !== undefined);
  const close = async (): Promise<void> => void (await Promise.all(open.map((door) => door.close())));
  try {
    const [plainPort, tlsPort] = await Promise.all([doors[0]?.listen(port!, host), doors[1]?.listen(tls!.port, host)]);
    return {
      port: plainPort,
      tlsPort,
      get handshakeFailures() {
        return failures;
      },
      get bytes() {
        return sumOf(open.map((door) => door.bytes));
      },
      get certificateExpiresAt() {
        return certificates?.expiresAt;
      },
      refuseNew: () => open.forEach((door) => door.refuseNew()),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A server and the sockets on it, which `close` alone would wait for without end. */
class Door {
  private readonly sockets = new Set<Socket>();
  private closed: Promise<unknown> | undefined;
  /** Of connections that have ended. */
  private past: Bytes = NO_BYTES;

  constructor(private readonly server: Server) {
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.once('close', () => {
        this.sockets.delete(socket);
        this.past = sumOf([this.past, bytesOf(socket)]);
      });
    });
  }

  get bytes(): Bytes {
    return sumOf([this.past, ...[...this.sockets].map(bytesOf)]);
  }

  async listen(port: number, host: string | undefined): Promise<number> {
    this.server.listen({ port, host, backlog: BACKLOG });
    await once(this.server, 'listening');
    return (this.server.address() as AddressInfo).port;
  }

  refuseNew(): void {
    if (!this.server.listening) return;
    this.closed ??= once(this.server, 'close');
    this.server.close();
  }

  async close(): Promise<void> {
    this.refuseNew();
    for (const socket of this.sockets) socket.destroy();
    await this.closed;
  }
}

interface Bytes {
  readonly received: number;
  readonly sent: number;
}

const NO_BYTES: Bytes = { received: 0, sent: 0 };
const bytesOf = ({ bytesRead, bytesWritten }: Socket): Bytes => ({ received: bytesRead, sent: bytesWritten });
const sumOf = (parts: readonly Bytes[]): Bytes =>
  parts.reduce((sum, { received, sent }) => ({ received: sum.received + received, sent: sum.sent + sent }), NO_BYTES);

/** A storm of reconnects arrives faster than it is accepted; what does not fit waits for TCP's next try, 1 s and more. */
const BACKLOG = 4_096;
