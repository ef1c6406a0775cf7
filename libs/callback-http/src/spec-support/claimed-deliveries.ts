import { Fault, type Delivery, type DeliveryAttempt, type WebhookDeliveries } from '@downlink/command-engine';

/** The part of the port that a runner uses, in memory: hands out what was prepared as next, and can be away or refuse. */
export class ClaimedDeliveries implements WebhookDeliveries {
  readonly calls: (readonly DeliveryAttempt[])[] = [];
  readonly recorded: DeliveryAttempt[] = [];
  /** What record() claims once this webhook is settled. */
  readonly nextOf = new Map<string, Delivery>();
  away = false;
  refused: string | undefined;
  private gate: Promise<void> = Promise.resolve();
  private open: () => void = () => undefined;

  /** record() does not return until `release`. */
  block(): void {
    this.gate = new Promise((resolve) => {
      this.open = resolve;
    });
  }

  release(): void {
    this.open();
  }

  async record(attempts: readonly DeliveryAttempt[]): Promise<Delivery[]> {
    this.calls.push(attempts);
    await this.gate;
    if (this.away) throw new Fault('store-unavailable', 'away', { retryable: true });
    if (attempts.some(({ webhookId }) => webhookId === this.refused))
      throw new Fault('store-refused', 'refused', { retryable: false });
    this.recorded.push(...attempts);
    return attempts.flatMap(({ webhookId }) => this.nextOf.get(webhookId) ?? []);
  }

  enqueue = async (): Promise<Delivery[]> => [];
  claimDue = async (): Promise<Delivery[]> => [];
  ofCommand = async (): Promise<never[]> => [];
}
