import type { Socket } from 'node:net';
import { type Counting, noCounts } from './gateway-counts.js';
import { DEFAULT_GATEWAY_LIMITS } from './gateway-limits.js';
import type { GatewayCounts, GatewayLimits, GatewayOptions } from './ports.js';

/**
 * An MQTT proxy in front of a standard broker, one connection to the broker for each device: it proves who a device is,
 * confines it to its own topics, subscribes for devices that do not and tells presence. All that must not be lost (sessions,
 * queues, QoS handshakes, wills) is the broker's; a gateway keeps nothing, so there may be any number of them.
 */
export class DeviceGateway {
  readonly #limits: GatewayLimits;
  readonly #counts: Counting = noCounts();

  constructor(options: GatewayOptions) {
    this.#limits = { ...DEFAULT_GATEWAY_LIMITS, ...options.limits };
  }

  /**
   * Takes over a connection of a device, plain or TLS (after its handshake), before anything was read from it.
   * @param extra.commonName of the client certificate, if one was presented and verified
   */
  handle(socket: Socket, extra: { commonName?: string } = {}): void {
    void extra;
    void this.#limits;
    socket.destroy();
  }

  get counts(): GatewayCounts {
    return { ...this.#counts, refused: { ...this.#counts.refused } };
  }

  /** Products of which a device that does not subscribe itself is connected: those whose model is worth watching. */
  get connectedProducts(): readonly string[] {
    return [];
  }

  /** Ends all connections; each device that was online is told as offline. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}
