import type { Metrics } from '@downlink/runtime';
import type { DeviceGateway, PresencePublisher } from '@downlink/southbound-mqtt';
import type { DeviceListeners } from './device-listeners.js';

export interface Observed {
  readonly gateway: Pick<DeviceGateway, 'counts'>;
  readonly listeners: Pick<DeviceListeners, 'bytes' | 'handshakeFailures' | 'certificateExpiresAt'>;
}

/** Shows what the gateway counts by itself; nothing is added on a device's path. */
export function observeGateway(metrics: Metrics, { gateway, listeners }: Observed): void {
  const gauge = (name: string, help: string, value: () => number): void =>
    void metrics.gauge({
      name,
      help,
      collect() {
        this.set(value());
      },
    });
  /** A total kept elsewhere: what prom-client holds is replaced at each scrape. */
  const total = <L extends string>(
    { name, help, label }: { name: string; help: string; label: L },
    values: () => Readonly<Record<string, number>>,
  ): void =>
    void metrics.counter<L>({
      name,
      help,
      labelNames: [label],
      collect() {
        this.reset();
        for (const [key, value] of Object.entries(values())) this.inc({ [label]: key } as Record<L, string>, value);
      },
    });

  gauge(
    'downlink_gateway_connections',
    'Connections of devices, logged in or not yet',
    () => gateway.counts.connections,
  );
  gauge('downlink_gateway_connected_devices', 'Sessions of devices open on the broker', () => gateway.counts.connected);
  total(
    { name: 'downlink_gateway_sessions_total', help: 'Devices let in, and devices activated', label: 'outcome' },
    () => ({ admitted: gateway.counts.admitted, activated: gateway.counts.activated }),
  );
  total(
    {
      name: 'downlink_gateway_refusals_total',
      help: 'Connections, packets and filters refused, by kind',
      label: 'kind',
    },
    () => ({ ...gateway.counts.refused, 'tls-handshake': listeners.handshakeFailures }),
  );
  total(
    { name: 'downlink_gateway_bytes_total', help: 'Bytes from and to devices', label: 'direction' },
    () => listeners.bytes,
  );
  gauge('downlink_gateway_held_back', 'Times that a device had too much in flight', () => gateway.counts.heldBack);
  gauge('downlink_gateway_certificate_expires_seconds', 'When the TLS certificate runs out, Unix time', () =>
    listeners.certificateExpiresAt === undefined ? 0 : listeners.certificateExpiresAt / 1_000,
  );
}

/** Shows what of presence the broker has not taken yet. */
export function observePresence(metrics: Metrics, presence: Pick<PresencePublisher, 'backlog' | 'dropped'>): void {
  metrics.gauge({
    name: 'downlink_gateway_presence_backlog',
    help: 'Devices whose presence the broker has not taken yet',
    collect() {
      this.set(presence.backlog);
    },
  });
  metrics.counter({
    name: 'downlink_gateway_presence_dropped_total',
    help: 'Words of presence given up for lack of room',
    collect() {
      this.reset();
      this.inc(presence.dropped);
    },
  });
}
