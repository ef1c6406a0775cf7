import { deliveryOf, type CallbackBodies, type DeliveryRunner } from '@downlink/callback-http';
import type { FactBatch, FactRecord } from '@downlink/bus';
import type { NewDelivery, WebhookDeliveries } from '@downlink/command-engine';
import { CALLBACK_FORMATS } from './callback-formats.js';

/** What the intake tells metrics. */
export interface IntakeObserver {
  enqueued(count: number): void;
  /** A callback asks for a body that nobody here can build. */
  unknownFormat(format: string): void;
}

/** A claim that lapses at once: the sweeper takes these up when there is room. */
const UNCLAIMED_MS = 1;

const BODIES: CallbackBodies = new Map([...CALLBACK_FORMATS].map(([format, { build }]) => [format, build]));

/** Turns facts into stored deliveries. Facts that nobody wants to hear of are recognised by their headers and never parsed. */
export class FactIntake {
  constructor(
    private readonly deliveries: WebhookDeliveries,
    private readonly runner: Pick<DeliveryRunner, 'accept' | 'claimMs' | 'divide'>,
    private readonly observer: IntakeObserver,
  ) {}

  /**
   * Resolves when every delivery of the batch is stored, in one call unless the runner is full; they are then on their way,
   * which nobody waits for. Taking the same
   * batch again stores nothing twice. @throws Fault (retryable) when the store is away, UnreadableMessage for a record
   * that cannot be parsed.
   */
  async take({ records }: FactBatch): Promise<void> {
    const wanted = records.filter((record) => this.isTold(record)).flatMap((record) => this.deliveryOf(record) ?? []);
    if (wanted.length === 0) return;
    const { now, later } = this.runner.divide(wanted);
    if (now.length > 0) {
      const claimedAt = performance.now();
      this.runner.accept(await this.deliveries.enqueue(now, this.runner.claimMs), claimedAt);
    }
    if (later.length > 0) await this.deliveries.enqueue(later, UNCLAIMED_MS);
    this.observer.enqueued(wanted.length);
  }

  private isTold({ headers }: FactRecord): boolean {
    if (headers.callback === undefined) return false;
    const format = CALLBACK_FORMATS.get(headers.callback);
    if (format === undefined) this.observer.unknownFormat(headers.callback);
    return format !== undefined && !format.silentOn.has(headers.type);
  }

  private deliveryOf(record: FactRecord): NewDelivery | undefined {
    return deliveryOf(record.read(), BODIES, (format) => this.observer.unknownFormat(format));
  }
}
