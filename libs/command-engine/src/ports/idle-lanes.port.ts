import type { DeviceId } from '@downlink/command-domain';

/** Lanes whose turn is due and was not given: postponed by a reconnect storm, or lost with the process that owed it. */
export interface IdleLanes {
  /**
   * Devices of these shards in whose lane somebody waits while nothing holds it: nothing in flight, not blocked, not known to be
   * away, no probe set for later. At most `limit`, in an order that stays the same from call to call.
   * @throws Fault `store-unavailable` (retryable)
   */
  idle(shards: readonly number[], limit: number): Promise<DeviceId[]>;
}
