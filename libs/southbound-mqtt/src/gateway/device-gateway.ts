import type { Socket } from 'node:net';
import { TokenBucket } from '../bridge/token-bucket.js';
import { wireFormats } from '../codecs/wire-formats.js';
import { upstreamOpener } from './connect/open-upstream.js';
import { Arrival } from './connection/arrival.js';
import { onBrokerRead } from './connection/broker-side.js';
import { Deadlines } from './deadlines.js';
import { type Counting, noCounts } from './gateway-counts.js';
import { DEFAULT_GATEWAY_LIMITS } from './gateway-limits.js';
import type { GatewayRoom } from './gateway-room.js';
import { OpenSessions } from './open-sessions.js';
import type { GatewayCounts, GatewayOptions, ModelChange } from './ports.js';
import { RefusalLog } from './refusal-log.js';

const keepAliveMs = 60_000;

/**
 * An MQTT proxy in front of a standard broker, one connection to the broker for each device: it proves who a device is,
 * confines it to its own topics, subscribes for devices that do not and tells presence. All that must not be lost (sessions,
 * queues, QoS handshakes, wills) is the broker's; a gateway keeps nothing, so there may be any number of them.
 */
export class DeviceGateway {
  readonly #options: GatewayOptions;
  readonly #counts: Counting = noCounts();
  readonly #refusals: RefusalLog;
  readonly #deadlines: Deadlines;
  readonly #sessions = new OpenSessions();
  readonly #sockets = new Set<Socket>();
  readonly #room: GatewayRoom;
  readonly #stopListening: (() => void) | undefined;
  #closing = false;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#refusals = new RefusalLog(this.#counts, options.logger);
    this.#deadlines = new Deadlines(() => this.#refusals.sweep());
    this.#room = this.#makeRoom();
    this.#stopListening = options.modelChanges?.((change) => void this.#modelChanged(change));
  }

  /**
   * Takes over a connection of a device, plain or TLS (after its handshake), before anything was read from it.
   * @param extra.commonName of the client certificate, if one was presented and verified
   */
  handle(socket: Socket, extra: { commonName?: string } = {}): void {
    const { maxConnections } = this.#room.limits;
    // Gone between its handshake and now: nobody would hear of its end any more.
    if (socket.destroyed) return;
    if (this.#closing || this.#sockets.size >= maxConnections * 1.1) {
      this.#refusals.refused('connections', socket.remoteAddress ?? 'unknown');
      socket.on('error', () => socket.destroy());
      socket.destroy();
      return;
    }
    socket.setNoDelay(true);
    socket.setKeepAlive(true, keepAliveMs);
    this.#sockets.add(socket);
    this.#counts.connections = this.#sockets.size;
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#counts.connections = this.#sockets.size;
    });
    new Arrival(this.#room, socket, extra.commonName).begin();
  }

  /** A copy, as of now. */
  get counts(): GatewayCounts {
    return { ...this.#counts, refused: { ...this.#counts.refused } };
  }

  /** Products of which a device is connected: those whose models are worth watching. */
  get connectedProducts(): readonly string[] {
    return this.#sessions.products;
  }

  /** Ends all connections; each device that was online is told as offline. Resolves when all are closed; twice does no harm. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#stopListening?.();
    this.#sessions.shutDown();
    await Promise.all([...this.#sockets].map((socket) => closed(socket)));
    await this.#deadlines.emptied();
    this.#deadlines.close();
  }

  #makeRoom(): GatewayRoom {
    const { options, counts, deadlines, sessions } = {
      options: this.#options,
      counts: this.#counts,
      deadlines: this.#deadlines,
      sessions: this.#sessions,
    };
    const limits = { ...DEFAULT_GATEWAY_LIMITS, ...options.limits };
    return {
      authenticator: options.authenticator,
      presence: options.presence,
      limits,
      upstream: options.upstream,
      cleanSessions: options.cleanSessions ?? false,
      logger: options.logger,
      counts,
      connects: new TokenBucket({ perSecond: limits.connectsPerSecond, burst: limits.connectBurst }),
      openUpstream: upstreamOpener(options.upstream, onBrokerRead),
      rightsOf: (wireFormat) => wireFormats[wireFormat],
      watch: (expiring, ms) => deadlines.watch(expiring, ms),
      unwatch: (expiring) => deadlines.unwatch(expiring),
      opened(session) {
        sessions.add(session);
        counts.admitted += 1;
        counts.connected = sessions.size;
      },
      ended(session) {
        sessions.delete(session);
        counts.connected = sessions.size;
      },
      refused: (kind, remoteAddress, details) => this.#refusals.refused(kind, remoteAddress, details),
    };
  }

  async #modelChanged(change: ModelChange): Promise<void> {
    try {
      await this.#sessions.resubscribe(change);
    } catch (err) {
      this.#options.logger.error({ err, productKey: change.productKey }, 'devices could not be subscribed anew');
    }
  }
}

/** Ends a connection: politely first, and then in any case. */
function closed(socket: Socket): Promise<void> {
  if (socket.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.end();
    socket.resume();
    setTimeout(() => socket.destroy(), 1_000).unref();
  });
}
