import type { DeadLetter, FactMessage } from '@downlink/message-contracts';
import { BatchDelivery } from '../delivery/batch-delivery.js';
import { deadLetterOf } from '../delivery/dead-letter-of.js';
import type { IncomingRecord } from '../delivery/incoming-record.js';
import { MergingPump } from '../delivery/merging-pump.js';
import { tellPoison } from '../delivery/tell-poison.js';
import { untilItSucceeds } from '../delivery/until-it-succeeds.js';
import { settledWithin } from '../delivery/within.js';
import { withDefaults, type FactServerOptions, type FactServerSettings } from '../fact-server-options.js';
import { FactServer } from '../fact.server.js';
import type { LocalFactBus } from './local-fact-bus.js';
import type { LocalEntry, LocalGroup, LocalMember } from './local-group.js';

export interface LocalFactServerOptions extends FactServerOptions {
  readonly bus: LocalFactBus;
  /** Keeps a dead letter; resolves when it is durable. A failure is tried again until the member leaves. */
  readonly keepDeadLetter: (letter: DeadLetter, fact: FactMessage) => Promise<void> | void;
}

/** One member of a group on the local bus, as a NestJS transport: `createMicroservice(Module, { strategy })`. */
export class LocalFactServer extends FactServer implements LocalMember {
  readonly #settings: FactServerSettings;
  readonly #keep: LocalFactServerOptions['keepDeadLetter'];
  readonly #group: LocalGroup;
  readonly #leaving = new AbortController();
  readonly #pump: MergingPump<LocalEntry>;

  /** @throws TypeError when the group is not declared on the bus */
  constructor(options: LocalFactServerOptions) {
    super();
    const settings = withDefaults(options);
    this.#settings = settings;
    this.#keep = options.keepDeadLetter;
    this.#group = options.bus.group(settings.group);
    const delivery = new BatchDelivery({
      ...settings,
      signal: this.#leaving.signal,
      handle: (batch) => this.handle(batch),
      bury: (record: IncomingRecord, error) => this.#bury(record, error),
    });
    this.#pump = new MergingPump<LocalEntry>({
      maxBatch: settings.maxBatch,
      overlapBelow: settings.overlapBelow,
      keyOf: ({ record }) => record.key,
      deliver: (entries) => delivery.deliver(entries.map(({ record }) => record)),
      delivered: (entries) => this.#group.finished(this, entries),
    });
  }

  override listen(callback: (error?: unknown) => void): void {
    try {
      this.requireHandler();
    } catch (error) {
      return callback(error);
    }
    this.#group.join(this);
    callback();
  }

  take(entries: readonly LocalEntry[]): void {
    this.#pump.push(entries);
  }

  /** Leaves the group: waits for a running handler, for a bounded time, and gives back what is not handled. */
  override async close(): Promise<void> {
    this.#group.leave(this);
    this.#leaving.abort();
    const { closeWithinMs, logger, group } = this.#settings;
    if (!(await settledWithin(this.#pump.stop(), closeWithinMs))) {
      logger.warn({ group, closeWithinMs }, 'a handler still runs; its records will be delivered again');
    }
    this.#group.giveBack(this, this.#pump.unfinished());
  }

  async #bury(record: IncomingRecord, error: unknown): Promise<void> {
    const { group, logger, backoff } = this.#settings;
    const letter = deadLetterOf(record, error, group);
    await untilItSucceeds(() => this.#keep(letter, record.read()), {
      failed: (failure) => logger.error({ origin: record.origin, error: failure }, 'could not keep a dead letter'),
      backoff,
      signal: this.#leaving.signal,
    });
    await tellPoison(this.#settings, { record, error }, backoff, this.#leaving.signal);
  }
}
