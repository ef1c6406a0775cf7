import type { PublishOutcome } from './publish-outcome.js';

/** MQTT 5, table 3-4: 0x10 "no matching subscribers"; 0x80 and above are failures; everything else is success. */
export function outcomeOfReason(reasonCode: number): PublishOutcome {
  if (reasonCode >= 0x80) return { kind: 'refused', reasonCode };
  return reasonCode === 0x10 ? { kind: 'no-subscriber' } : { kind: 'accepted' };
}
