import { FOLLOWING, type FollowingSettings } from './following/settings.js';
import type { DeliveryDefaults } from '@downlink/northbound-kit';

export interface NativeSettings {
  /** Who may set up applications, products and devices. */
  readonly adminKey: string;
  readonly delivery: DeliveryDefaults;
  /** What the body of a batch may have, in bytes, and what its commands may come to when they are written out. */
  readonly batchBodyLimit: number;
  readonly following: FollowingSettings;
}

/** 2 MiB: a thousand commands of 2 kB each. */
export const BATCH_BODY_LIMIT = 2_097_152;

/** Ours. A queue of 1,000: whoever has the history and the queue before him needs no small cap to notice. */
export const NATIVE_DELIVERY: DeliveryDefaults = {
  firstWaitMs: 10_000,
  waitJitter: 0.5,
  answerWithinMs: 180_000,
  laneCap: 1_000,
};

export interface NativeOptions {
  readonly adminKey: string;
  readonly delivery?: Partial<DeliveryDefaults>;
  /** BATCH_BODY_LIMIT unless given; the face must be made with the same. */
  readonly batchBodyLimit?: number;
  readonly following?: Partial<FollowingSettings>;
}

export function nativeSettings({ adminKey, delivery, batchBodyLimit, following }: NativeOptions): NativeSettings {
  return {
    adminKey,
    delivery: { ...NATIVE_DELIVERY, ...delivery },
    batchBodyLimit: batchBodyLimit ?? BATCH_BODY_LIMIT,
    following: { ...FOLLOWING, ...following },
  };
}
