import type { DeliveryDefaults } from '@downlink/northbound-kit';

export interface NativeSettings {
  /** Who may set up applications, products and devices. */
  readonly adminKey: string;
  readonly delivery: DeliveryDefaults;
}

/** Ours. A queue of 1,000: whoever has the history and the queue before him needs no small cap to notice. */
export const NATIVE_DELIVERY: DeliveryDefaults = {
  firstWaitMs: 10_000,
  waitJitter: 0.5,
  answerWithinMs: 180_000,
  lateAnswers: 'record',
  laneCap: 1_000,
};

export interface NativeOptions {
  readonly adminKey: string;
  readonly delivery?: Partial<DeliveryDefaults>;
}

export function nativeSettings({ adminKey, delivery }: NativeOptions): NativeSettings {
  return { adminKey, delivery: { ...NATIVE_DELIVERY, ...delivery } };
}
