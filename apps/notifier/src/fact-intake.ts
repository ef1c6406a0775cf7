import { deliveryOf, type CallbackBodies, type DeliveryRunner } from '@downlink/callback-http';
import type { FactBatch, FactRecord } from '@downlink/bus';
import type { CommandId } from '@downlink/command-domain';
import {
  factsOfHistory,
  type CommandReader,
  type CommittedFact,
  type NewDelivery,
  type WebhookDeliveries,
} from '@downlink/command-engine';
import { CALLBACK_FORMATS } from './callback-formats.js';
import { VersionWatch } from './version-watch.js';

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
  private readonly watch = new VersionWatch();

  constructor(
    private readonly deliveries: WebhookDeliveries,
    private readonly reader: Pick<CommandReader, 'history'>,
    private readonly runner: Pick<DeliveryRunner, 'accept' | 'claimMs' | 'divide'>,
    private readonly observer: IntakeObserver,
  ) {}

  /**
   * Resolves when every delivery of the batch is stored, in one call unless the runner is full; they are then on their way,
   * which nobody waits for. Where a fact overtook an earlier one of its command, the earlier ones are taken from the
   * history, so that the application hears of them in order. Taking the same batch again stores nothing twice. @throws Fault (retryable) when the store is away, UnreadableMessage for a record
   * that cannot be parsed.
   */
  async take({ records }: FactBatch): Promise<void> {
    const watched = records.filter(({ headers }) => headers.callback !== undefined).map(({ headers }) => headers);
    const wanted = distinct([...(await this.overtaken(this.watch.gaps(watched))), ...this.deliveriesOf(records)]);
    if (wanted.length > 0) await this.store(wanted);
    this.watch.stored(watched);
  }

  private async store(wanted: readonly NewDelivery[]): Promise<void> {
    const { now, later } = this.runner.divide(wanted);
    if (now.length > 0) {
      const claimedAt = performance.now();
      this.runner.accept(await this.deliveries.enqueue(now, this.runner.claimMs), claimedAt);
    }
    if (later.length > 0) await this.deliveries.enqueue(later, UNCLAIMED_MS);
    this.observer.enqueued(wanted.length);
  }

  private deliveriesOf(records: readonly FactRecord[]): NewDelivery[] {
    return records.filter((record) => this.isTold(record)).flatMap((record) => this.deliveryOf(record.read()) ?? []);
  }

  /** Everything there is to tell of these commands; what is stored already is left as it is. */
  private async overtaken(commandIds: readonly CommandId[]): Promise<NewDelivery[]> {
    const histories = await Promise.all(commandIds.map((commandId) => this.reader.history(commandId)));
    return histories.flatMap((history) => factsOfHistory(history).flatMap((fact) => this.deliveryOf(fact) ?? []));
  }

  private isTold({ headers }: FactRecord): boolean {
    if (headers.callback === undefined) return false;
    const format = CALLBACK_FORMATS.get(headers.callback);
    if (format === undefined) this.observer.unknownFormat(headers.callback);
    return format !== undefined && !format.silentOn.has(headers.type);
  }

  private deliveryOf(fact: CommittedFact): NewDelivery | undefined {
    return deliveryOf(fact, BODIES, (format) => this.observer.unknownFormat(format));
  }
}

function distinct(deliveries: readonly NewDelivery[]): NewDelivery[] {
  return [...new Map(deliveries.map((delivery) => [delivery.webhookId, delivery])).values()];
}
