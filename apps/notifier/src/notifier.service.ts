import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import {
  CallbackSender,
  DeliveryRunner,
  DeliverySweeper,
  RetrySchedule,
  type CallbackSenderOptions,
  type DeliveryRunnerOptions,
  type RetryTimes,
} from '@downlink/callback-http';
import {
  DEFAULT_LEASE_TIMES,
  OutageObserver,
  runLoop,
  SHARD_COUNT,
  ShardHolder,
  SteadyClock,
  type CommandReader,
  type ShardLeases,
  type Subscriptions,
  type WebhookDeliveries,
} from '@downlink/command-engine';
import type { CallbackOptions } from '@downlink/northbound-huawei';
import { errorLine, type Logger, type Metrics } from '@downlink/runtime';
import { NotifierMetrics } from './notifier.metrics.js';

/** What the notifier stands on. */
export interface NotifierPorts {
  readonly deliveries: WebhookDeliveries;
  readonly reader: Pick<CommandReader, 'history'>;
  readonly subscriptions: Pick<Subscriptions, 'subscribed'>;
  readonly leases: ShardLeases;
  /** The database's clock, ms since 1970: by it attempts are dated. This host's own unless given. */
  readonly askTime?: () => Promise<number>;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** This process, unique over the installation. */
  readonly owner: string;
  readonly settings?: NotifierSettings;
}

export interface NotifierSettings {
  readonly sender?: Partial<CallbackSenderOptions>;
  readonly runner?: Partial<DeliveryRunnerOptions>;
  readonly retries?: RetryTimes;
  /** What Huawei's callbacks say of results, and whether they tell of what was withdrawn. */
  readonly huaweiCallbacks?: CallbackOptions;
  readonly lease?: { readonly ttlMs: number; readonly everyMs: number };
  /** How long a stop waits for attempts under way before it cuts them, in ms. */
  readonly stopWithinMs?: number;
}

/** Below the 10 s that most process managers give. */
const STOP_WITHIN_MS = 8_000;

/** A host's oscillator is off by less than 0.2 s in this time. */
const ASK_TIME_EVERY_MS = 60_000;

/** The loops of the notifier and what they share. Starts and stops with the Nest application that it is mounted in. */
export class Notifier implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly runner: DeliveryRunner;
  readonly metrics: NotifierMetrics;
  private readonly sender: CallbackSender;
  private readonly sweeper: DeliverySweeper;
  private readonly holder: ShardHolder;
  private readonly clock: SteadyClock;
  private readonly stopping = new AbortController();
  private loops: Promise<unknown> = Promise.resolve();

  constructor(private readonly ports: NotifierPorts) {
    const { deliveries, leases, owner, settings = {} } = ports;
    this.metrics = new NotifierMetrics(ports.metrics, ports.logger);
    this.clock = new SteadyClock(ports.askTime ?? (async () => Date.now()));
    this.sender = new CallbackSender(settings.sender, { now: () => this.clock.now() });
    const schedule = new RetrySchedule(settings.retries);
    const parts = { deliveries, sender: this.sender, schedule, observer: this.metrics };
    this.runner = new DeliveryRunner(parts, settings.runner);
    this.sweeper = new DeliverySweeper(deliveries, this.runner);
    const times = settings.lease ?? DEFAULT_LEASE_TIMES;
    this.holder = new ShardHolder(leases, { group: 'notifier', owner, shardCount: SHARD_COUNT, ...times });
    this.metrics.observe(this.runner, () => this.holder.shards.length);
  }

  onApplicationBootstrap(): void {
    const { logger } = this.ports;
    const observer = new OutageObserver({
      failing: (loops, error, sinceMs) =>
        logger.warn({ loops, sinceMs: Math.round(sinceMs), reason: errorLine(error) }, 'waiting for the store'),
      recovered: (loops, sinceMs) => logger.info({ loops, sinceMs: Math.round(sinceMs) }, 'the store is there again'),
    });
    const { signal } = this.stopping;
    this.loops = Promise.all([
      runLoop(() => this.askTime(), { name: 'clock', signal, observer }),
      runLoop(() => this.holder.beat(), { name: 'lease', signal, observer }),
      runLoop(() => this.sweep(), { name: 'sweep', signal, observer }),
    ]);
  }

  /** Nest calls it when no more facts come: sends nothing more, waits for what is under way, hands the shards back. */
  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.loops;
    const cut = setTimeout(() => void this.sender.close(), this.ports.settings?.stopWithinMs ?? STOP_WITHIN_MS);
    await this.runner.stop();
    clearTimeout(cut);
    await this.sender.close();
    await this.holder.release().catch((error: unknown) => {
      this.ports.logger.warn({ reason: errorLine(error) }, 'the shards could not be handed back; their lease lapses');
    });
  }

  private async askTime(): Promise<number> {
    await this.clock.sync();
    return ASK_TIME_EVERY_MS;
  }

  private async sweep(): Promise<number> {
    const { claimed, pauseMs } = await this.sweeper.round(this.holder.shards);
    this.metrics.sweptUp(claimed);
    return pauseMs;
  }
}
