import type { GatewayLimits } from './ports.js';

/** Limits that a fleet of ordinary devices does not notice. */
export const DEFAULT_GATEWAY_LIMITS: GatewayLimits = {
  connectsPerSecond: 1_000,
  connectBurst: 2_000,
  maxConnections: 20_000,
  // What a codec reads at most, and room for the topic and the properties.
  maxPacketBytes: 65_536 + 1_024,
  maxInFlight: 100,
  maxSubscriptions: 20,
  connectTimeoutMs: 10_000,
  activationTimeoutMs: 30_000,
  highWaterBytes: 65_536,
};
