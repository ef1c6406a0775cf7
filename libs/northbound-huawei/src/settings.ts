import type { DeliveryDefaults } from '@downlink/northbound-kit';

export interface HuaweiSettings {
  readonly delivery: DeliveryDefaults;
  /** Life of an access token, in ms. */
  readonly accessTokenMs: number;
  /** Life of a refresh token, in ms. */
  readonly refreshTokenMs: number;
  /** How long sendCommand with toType CLOUD waits for the device's receipt, in ms. */
  readonly receiptWithinMs: number;
  /** How long a device may have been silent before deviceCommands takes no command for it, in ms. */
  readonly zombieAfterMs: number;
  /** Whether callbacks must go to the host and port of the application's subscriptions. */
  readonly callbacksOfOneServer: boolean;
}

/**
 * The vendor's numbers: waits from 10–15 s doubling (FAQ on retransmission), 20 commands in the state PENDING (Creating
 * Device Commands, code 100223), seven days until a silent device is a zombie (100612), tokens of an hour and a month (Authentication, Refreshing a Token). How long a delivered
 * command may wait for its result is documented nowhere: 180 s is ours, as are the
 * 10 s that a call of toType CLOUD waits for a receipt.
 */
export const HUAWEI_DEFAULTS: HuaweiSettings = {
  delivery: { firstWaitMs: 10_000, waitJitter: 0.5, answerWithinMs: 180_000, laneCap: 20 },
  accessTokenMs: 3_600_000,
  refreshTokenMs: 30 * 86_400_000,
  receiptWithinMs: 10_000,
  zombieAfterMs: 7 * 86_400_000,
  callbacksOfOneServer: false,
};

/** What an installation may replace; whatever is left out keeps the vendor's number. */
export interface HuaweiOptions {
  readonly delivery?: Partial<DeliveryDefaults>;
  readonly accessTokenMs?: number;
  readonly refreshTokenMs?: number;
  readonly receiptWithinMs?: number;
  readonly zombieAfterMs?: number;
  readonly callbacksOfOneServer?: boolean;
}

export function huaweiSettings(options: HuaweiOptions = {}): HuaweiSettings {
  return {
    accessTokenMs: options.accessTokenMs ?? HUAWEI_DEFAULTS.accessTokenMs,
    refreshTokenMs: options.refreshTokenMs ?? HUAWEI_DEFAULTS.refreshTokenMs,
    receiptWithinMs: options.receiptWithinMs ?? HUAWEI_DEFAULTS.receiptWithinMs,
    zombieAfterMs: options.zombieAfterMs ?? HUAWEI_DEFAULTS.zombieAfterMs,
    callbacksOfOneServer: options.callbacksOfOneServer ?? HUAWEI_DEFAULTS.callbacksOfOneServer,
    delivery: { ...HUAWEI_DEFAULTS.delivery, ...options.delivery },
  };
}
