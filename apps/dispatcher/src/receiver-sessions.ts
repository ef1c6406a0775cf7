import {
  DEFAULT_LEASE_TIMES,
  ShardHolder,
  runLoop,
  type LoopObserver,
  type ShardLeases,
} from '@downlink/command-engine';
import { RECEIVER_SESSIONS, type BatchHandler, type MqttReceiver } from '@downlink/southbound-mqtt';

export interface ReceiverSessionsParts {
  readonly leases: ShardLeases;
  /** This process, unique over the installation. */
  readonly owner: string;
  /** A receiver of session 0..RECEIVER_SESSIONS - 1 that has not been started. */
  readonly createReceiver: (session: number) => MqttReceiver;
  /** Gets the batches of all sessions; may be called while an earlier call runs. */
  readonly take: BatchHandler;
  readonly observer: LoopObserver;
  /** Default `DEFAULT_LEASE_TIMES`. */
  readonly leaseTimes?: { readonly ttlMs: number; readonly everyMs: number };
}

/** How often a replica that does not hold all sessions asks for more: what devices say waits meanwhile. */
const WANTS_MORE_MS = 1_000;

/**
 * The receiving MQTT sessions of the installation. Each has a fixed client id and is persistent: the broker keeps what devices say
 * while nobody holds it, and nothing is lost with a member that dies. A replica connects as the sessions that it has leases
 * of, its share; when it dies the others take them over within the lease's 15 s.
 */
export class ReceiverSessions {
  private readonly receivers = new Map<number, MqttReceiver>();
  /** Those that finish their batch: a round does not wait for them, or it would come too late for the leases that stay. */
  private readonly leaving = new Set<Promise<void>>();
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private readonly holder: ShardHolder;

  constructor(private readonly parts: ReceiverSessionsParts) {
    const { leases, owner, leaseTimes = DEFAULT_LEASE_TIMES } = parts;
    this.holder = new ShardHolder(leases, {
      group: 'mqtt-receiver',
      owner,
      shardCount: RECEIVER_SESSIONS,
      ...leaseTimes,
    });
  }

  start(): void {
    const { observer } = this.parts;
    this.running ??= runLoop(() => this.round(), {
      name: 'mqtt receiver leases',
      signal: this.stopping.signal,
      observer,
    });
  }

  /** Sessions that this replica receives with now. */
  get receiving(): number {
    return [...this.receivers.values()].filter(({ connected }) => connected).length;
  }

  /** Finishes the batches under way, acknowledges them, and hands the sessions to other replicas. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    for (const session of this.receivers.keys()) this.leave(session);
    await Promise.all(this.leaving);
    await this.holder.release();
  }

  private async round(): Promise<number> {
    let pauseMs: number;
    try {
      pauseMs = await this.holder.beat();
    } finally {
      // Also when the store is away: once the leases have lapsed, somebody else may be connected by these names.
      await this.follow(this.holder.shards);
    }
    return this.receivers.size === RECEIVER_SESSIONS ? pauseMs : WANTS_MORE_MS;
  }

  private async follow(held: readonly number[]): Promise<void> {
    for (const session of this.receivers.keys()) if (!held.includes(session)) this.leave(session);
    for (const session of held) {
      if (this.receivers.has(session)) continue;
      const receiver = this.parts.createReceiver(session);
      this.receivers.set(session, receiver);
      await receiver.start(this.parts.take);
    }
  }

  private leave(session: number): void {
    const receiver = this.receivers.get(session);
    if (receiver === undefined) return;
    this.receivers.delete(session);
    const left = receiver
      .stop()
      .catch((error: unknown) => this.parts.observer.failed('mqtt receiver', error))
      .finally(() => this.leaving.delete(left));
    this.leaving.add(left);
  }
}
