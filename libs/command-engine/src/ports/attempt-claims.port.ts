import type { CommandId } from '@downlink/command-domain';

/** Who publishes, marked durably before it happens. */
export interface AttemptClaims {
  /**
   * Claims each attempt for publishing while it is its command's current, unconfirmed one (status `sending`) and its deadline is
   * ahead on the database's clock; answers in the same order with the ms left until then, or null when it is overdue,
   * confirmed, put back or unknown, and must not be published. The dispatcher asks right before it publishes, so that neither
   * a redelivered nor a delayed fact reaches a device; claiming twice is allowed, because whoever claimed first may have died
   * before it published. What has not been claimed by its deadline was never published, and the engine does not count it as a
   * try: a unit of work that decides so loses against a claim that is made meanwhile, and begins anew.
   * @throws Fault `store-unavailable` (retryable)
   */
  claim(attempts: readonly { readonly commandId: CommandId; readonly attempt: number }[]): Promise<(number | null)[]>;
}
