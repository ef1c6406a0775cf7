import type { DeliveryRunner } from '@downlink/callback-http';
import type { FactBatch, FactRecord } from '@downlink/bus';
import type { CommandId } from '@downlink/command-domain';
import {
  factsOfHistory,
  type CommandReader,
  type CommittedFact,
  type NewDelivery,
  type WebhookDeliveries,
} from '@downlink/command-engine';
import type { FactTelling } from './fact-telling.js';
import { VersionWatch } from './version-watch.js';

/** What the intake tells metrics. */
export interface IntakeObserver {
  enqueued(count: number): void;
}

export interface FactIntakeParts {
  readonly deliveries: Pick<WebhookDeliveries, 'enqueue'>;
  readonly reader: Pick<CommandReader, 'history'>;
  readonly runner: Pick<DeliveryRunner, 'accept' | 'claimMs' | 'divide'>;
  readonly telling: Pick<FactTelling, 'isTold' | 'deliveriesOf'>;
  readonly observer: IntakeObserver;
}

/** A claim that lapses at once: the sweeper takes these up when there is room. */
const UNCLAIMED_MS = 1;

/** Turns facts into stored deliveries. Facts that nobody wants to hear of are recognised by their headers and never parsed. */
export class FactIntake {
  private readonly watch = new VersionWatch();

  constructor(private readonly parts: FactIntakeParts) {}

  /**
   * Resolves when every delivery of the batch is stored, in one call unless the runner is full; they are then on their way,
   * which nobody waits for. Where a fact overtook an earlier one of its command, the earlier ones are taken from the
   * history, so that the application hears of them in order. Taking the same batch again stores nothing twice. @throws Fault (retryable) when the store is away, UnreadableMessage for a record
   * that cannot be parsed.
   */
  async take({ records }: FactBatch): Promise<void> {
    const watched = records.filter(({ headers }) => headers.callback !== undefined).map(({ headers }) => headers);
    const facts = [...(await this.overtaken(this.watch.gaps(watched))), ...this.told(records)];
    const wanted = distinct(await this.parts.telling.deliveriesOf(facts));
    if (wanted.length > 0) await this.store(wanted);
    this.watch.stored(watched);
  }

  private async store(wanted: readonly NewDelivery[]): Promise<void> {
    const { deliveries, runner, observer } = this.parts;
    const { now, later } = runner.divide(wanted);
    if (now.length > 0) {
      const claimedAt = performance.now();
      runner.accept(await deliveries.enqueue(now, runner.claimMs), claimedAt);
    }
    if (later.length > 0) await deliveries.enqueue(later, UNCLAIMED_MS);
    observer.enqueued(wanted.length);
  }

  private told(records: readonly FactRecord[]): CommittedFact[] {
    return records.filter(({ headers }) => this.parts.telling.isTold(headers)).map((record) => record.read());
  }

  /** Everything that happened to these commands; what of it is stored already is left as it is. */
  private async overtaken(commandIds: readonly CommandId[]): Promise<CommittedFact[]> {
    const histories = await Promise.all(commandIds.map((commandId) => this.parts.reader.history(commandId)));
    return histories.flatMap((history) => factsOfHistory(history));
  }
}

function distinct(deliveries: readonly NewDelivery[]): NewDelivery[] {
  return [...new Map(deliveries.map((delivery) => [delivery.webhookId, delivery])).values()];
}
