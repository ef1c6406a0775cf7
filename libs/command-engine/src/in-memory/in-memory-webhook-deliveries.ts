import type { CommandId } from '@downlink/command-domain';
import { SHARD_COUNT } from '../ports/shard-leases.port.js';
import type {
  Delivery,
  DeliveryAttempt,
  DeliveryKey,
  DeliveryRecord,
  DeliveryStatus,
  NewDelivery,
  WebhookDeliveries,
} from '../ports/webhook-deliveries.port.js';

interface Entry {
  readonly delivery: NewDelivery;
  status: DeliveryStatus;
  nextAt: number | null;
  readonly log: (DeliveryAttempt & { attempt: number })[];
}

/** Webhook deliveries of one process's memory, for tests. `now` plays the database's clock. */
export class InMemoryWebhookDeliveries implements WebhookDeliveries {
  /** By command, versions and then receivers ascending. */
  private readonly commands = new Map<CommandId, Entry[]>();

  constructor(private readonly now: () => number = Date.now) {}

  enqueue(deliveries: readonly NewDelivery[], claimMs: number): Promise<Delivery[]> {
    const nextAt = this.now() + claimMs;
    const added = deliveries
      .filter((delivery) => this.entry(delivery) === undefined)
      .map((delivery) => this.add(delivery));
    for (const entry of added) entry.nextAt = nextAt;
    return claimed(added.filter((entry, at) => added.indexOf(entry) === at && this.isFirst(entry)));
  }

  record(attempts: readonly DeliveryAttempt[], claimMs: number): Promise<Delivery[]> {
    const moved = attempts.filter((attempt) => this.settle(attempt)).map((attempt) => this.entry(attempt)!);
    const recorded = new Set(attempts.map((attempt) => this.entry(attempt)));
    const next = [...new Set(moved.map((entry) => this.firstPending(entry)))].filter(
      (entry) => entry !== undefined && !recorded.has(entry),
    ) as Entry[];
    for (const entry of next) entry.nextAt = this.now() + claimMs;
    return claimed(next);
  }

  claimDue(shards: readonly number[], limit: number, claimMs: number): Promise<Delivery[]> {
    const now = this.now();
    const due = [...this.commands.values()]
      .flat()
      .filter((entry) => entry.nextAt !== null && entry.nextAt <= now && this.isFirst(entry))
      .filter(({ delivery }) => shards.includes(shardOf(delivery.deviceId)))
      .toSorted((one, other) => Number(one.nextAt) - Number(other.nextAt))
      .slice(0, limit);
    for (const entry of due) entry.nextAt = now + claimMs;
    return claimed(due);
  }

  ofCommand(commandId: CommandId): Promise<DeliveryRecord[]> {
    const entries = this.commands.get(commandId) ?? [];
    return Promise.resolve(
      entries.map(({ delivery, status, nextAt, log }) => ({
        ...delivery,
        attempts: log.length,
        status,
        nextAttemptAt: nextAt,
        log: [...log],
      })),
    );
  }

  private entry(key: DeliveryKey): Entry | undefined {
    return this.commands.get(key.commandId)?.find(({ delivery }) => compare(delivery, key) === 0);
  }

  private add(delivery: NewDelivery): Entry {
    const there = this.entry(delivery);
    if (there) return there;
    const entry: Entry = { delivery, status: 'pending', nextAt: null, log: [] };
    const entries = [...(this.commands.get(delivery.commandId) ?? []), entry];
    this.commands.set(
      delivery.commandId,
      entries.toSorted((one, other) => compare(one.delivery, other.delivery)),
    );
    return entry;
  }

  /** Whether this attempt ended its delivery. */
  private settle(attempt: DeliveryAttempt): boolean {
    const entry = this.entry(attempt);
    if (!entry) return false;
    entry.log.push({ ...attempt, attempt: entry.log.length + 1 });
    if (entry.status !== 'pending') return false;
    if (attempt.outcome === 'succeeded') entry.status = 'succeeded';
    else if (attempt.retryInMs === null) entry.status = 'exhausted';
    entry.nextAt = entry.status === 'pending' ? this.now() + (attempt.retryInMs ?? 0) : null;
    return entry.status !== 'pending';
  }

  private isFirst(entry: Entry): boolean {
    return this.firstPending(entry) === entry;
  }

  /** Of the same command to the same URL. */
  private firstPending({ delivery: { commandId, url } }: Entry): Entry | undefined {
    return this.commands.get(commandId)?.find(({ status, delivery }) => status === 'pending' && delivery.url === url);
  }
}

function compare(one: DeliveryKey, other: DeliveryKey): number {
  if (one.version !== other.version) return one.version - other.version;
  const [first, second] = [one.receiver ?? '', other.receiver ?? ''];
  return Number(first > second) - Number(first < second);
}

function claimed(entries: readonly Entry[]): Promise<Delivery[]> {
  return Promise.resolve(entries.map(({ delivery, log }) => ({ ...delivery, attempts: log.length })));
}

/** Any function will do as long as it is always the same. */
function shardOf(deviceId: string): number {
  return [...deviceId].reduce((sum, character) => sum + (character.codePointAt(0) ?? 0), 0) % SHARD_COUNT;
}
