import { ShardHolder, runLoop, type LoopObserver, type ShardLeases } from '@downlink/command-engine';
import type { BatchHandler, MqttReceiver } from '@downlink/southbound-mqtt';

export interface ReceiverSessionParts {
  readonly leases: ShardLeases;
  /** This process, unique over the installation. */
  readonly owner: string;
  readonly createReceiver: () => MqttReceiver;
  readonly take: BatchHandler;
  readonly observer: LoopObserver;
}

/**
 * The one receiving MQTT session of the installation. It has a fixed client id and is persistent: the broker keeps what
 * devices say while nobody holds it, and nothing is split or lost between members as with a shared subscription. The
 * replica that holds the lease connects; when it dies another takes the session over within the lease's 15 s.
 */
export class ReceiverSession {
  private receiver: MqttReceiver | undefined;
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private readonly holder: ShardHolder;

  constructor(private readonly parts: ReceiverSessionParts) {
    const { leases, owner } = parts;
    this.holder = new ShardHolder(leases, {
      group: 'mqtt-receiver',
      owner,
      shardCount: 1,
      ttlMs: 15_000,
      everyMs: 5_000,
    });
  }

  start(): void {
    const { observer } = this.parts;
    this.running ??= runLoop(() => this.round(), {
      name: 'mqtt receiver lease',
      signal: this.stopping.signal,
      observer,
    });
  }

  /** Whether this replica is the one that receives, and connected. */
  get receiving(): boolean {
    return this.receiver?.connected ?? false;
  }

  /** Finishes the batch under way, acknowledges it, and hands the session to another replica. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await this.disconnect();
    await this.holder.release();
  }

  private async round(): Promise<number> {
    const pauseMs = await this.holder.beat();
    const mine = this.holder.shards.length > 0;
    if (mine && this.receiver === undefined) {
      this.receiver = this.parts.createReceiver();
      await this.receiver.start(this.parts.take);
    }
    if (!mine) await this.disconnect();
    // A standby asks often, because answers wait meanwhile; the cost is one small statement.
    return mine ? pauseMs : 1_000;
  }

  private async disconnect(): Promise<void> {
    const { receiver } = this;
    this.receiver = undefined;
    await receiver?.stop();
  }
}
