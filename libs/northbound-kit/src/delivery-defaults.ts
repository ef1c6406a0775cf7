import type { DeliveryPolicy } from '@downlink/command-domain';

/**
 * The numbers of delivery that no request carries. A dialect has its own defaults, from its vendor's documents; an
 * installation (a test, a demo, a slow network) may replace them.
 */
export type DeliveryDefaults = Pick<
  DeliveryPolicy,
  'firstWaitMs' | 'waitJitter' | 'answerWithinMs' | 'lateAnswers' | 'laneCap'
>;
