import type { DeliveryPolicy } from '@downlink/command-domain';
import type { Device } from '@downlink/command-engine';

/**
 * The numbers of delivery that no request carries. A dialect has its own defaults, from its vendor's documents; an
 * installation (a test, a demo, a slow network) may replace them.
 */
export type DeliveryDefaults = Pick<DeliveryPolicy, 'firstWaitMs' | 'waitJitter' | 'answerWithinMs' | 'laneCap'>;

/** What no request carries: the dialect's numbers, and what the device's product says. Stamped into each command as it is submitted. */
export function deliveryTo(
  device: Device,
  { firstWaitMs, waitJitter, answerWithinMs, laneCap }: DeliveryDefaults,
): DeliveryDefaults & Pick<DeliveryPolicy, 'lateAnswers'> {
  return { firstWaitMs, waitJitter, answerWithinMs, laneCap, lateAnswers: device.lateAnswers };
}
