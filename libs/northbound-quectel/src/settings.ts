import type { DeliveryDefaults } from '@downlink/northbound-kit';

export interface QuectelSettings {
  readonly delivery: DeliveryDefaults;
  /** Life of a token, in ms. */
  readonly tokenMs: number;
  /** A token younger than this is returned unchanged by refreshToken, in ms. */
  readonly refreshAfterMs: number;
}

/**
 * Tokens of 86,400 s, unchanged for 30 minutes (Quectel, OpenAPI Integration Guide; Refresh Token). The rest is documented
 * nowhere and ours: waits as with the other dialects, 50 queued messages of a device.
 */
export const QUECTEL_DEFAULTS: QuectelSettings = {
  delivery: { firstWaitMs: 10_000, waitJitter: 0.5, answerWithinMs: 180_000, laneCap: 50 },
  tokenMs: 86_400_000,
  refreshAfterMs: 1_800_000,
};

/** What an installation may replace; whatever is left out keeps its default. */
export interface QuectelOptions extends Partial<Omit<QuectelSettings, 'delivery'>> {
  readonly delivery?: Partial<DeliveryDefaults>;
}

export function quectelSettings(options: QuectelOptions = {}): QuectelSettings {
  return {
    tokenMs: options.tokenMs ?? QUECTEL_DEFAULTS.tokenMs,
    refreshAfterMs: options.refreshAfterMs ?? QUECTEL_DEFAULTS.refreshAfterMs,
    delivery: { ...QUECTEL_DEFAULTS.delivery, ...options.delivery },
  };
}
