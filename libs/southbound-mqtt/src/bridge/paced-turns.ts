import type { DeviceId, Lane, Signal } from '@downlink/command-domain';
import type { Engine, Outcome } from '@downlink/command-engine';
import type { MqttLogger } from '../mqtt-logger.js';
import { TokenBucket, type TokenBucketOptions } from './token-bucket.js';

export interface PacedTurnsOptions extends TokenBucketOptions {
  /** Lanes remembered at most; the scheduler finds the others idle. Default 200,000. */
  readonly remembered?: number;
}

export const DEFAULT_PACED_TURNS: PacedTurnsOptions = { burst: 200, perSecond: 500 };

/** Between two looks at what may go; the bucket decides how much that is. */
const EVERY_MS = 20;
/** Turns in one transaction: its lanes are locked for as long as it takes. */
const MOST_AT_ONCE = 100;
const AFTER_A_FAULT_MS = 1_000;

/**
 * Lets a storm of reconnects through bit by bit. A device that shows itself costs a token when that sets its lane in motion;
 * while there is none its lane waits here, in order of arrival, and gets its turn at the bucket's rate. So commands that are
 * submitted meanwhile meet short transactions and short queues. What is remembered here may be lost with the process: such
 * lanes are idle in the store, where the scheduler finds them.
 */
export class PacedTurns {
  private readonly bucket: TokenBucket;
  private readonly waiting = new Set<DeviceId>();
  private readonly remembered: number;
  private timer: NodeJS.Timeout | undefined;
  private giving: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly engine: Engine,
    private readonly logger: MqttLogger,
    options: PacedTurnsOptions = DEFAULT_PACED_TURNS,
  ) {
    this.bucket = new TokenBucket(options);
    this.remembered = options.remembered ?? 200_000;
  }

  /** Lanes that wait for their turn. */
  get backlog(): number {
    return this.waiting.size;
  }

  /** Handles the signals, with the turns of those that show a device postponed where no token is left. @throws Fault (retryable) */
  async handle(signals: readonly Signal[]): Promise<Outcome[]> {
    const wanted = signals.filter(({ kind }) => kind === 'device-reachable').length;
    const granted = this.waiting.size > 0 ? 0 : this.bucket.take(wanted);
    let left = granted;
    const paced = signals.map((signal): Signal => {
      if (signal.kind !== 'device-reachable' || left-- > 0) return signal;
      return { ...signal, turn: 'later' };
    });
    try {
      const outcomes = await this.engine.handle(paced);
      this.settle(outcomes);
      return outcomes;
    } catch (error) {
      this.bucket.giveBack(granted);
      throw error;
    }
  }

  /** Finishes the turns under way; what still waits is the scheduler's. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.giving;
  }

  private settle(outcomes: readonly Outcome[]): void {
    for (const outcome of outcomes) {
      const { signal } = outcome;
      if (signal.kind === 'device-unreachable') this.waiting.delete(signal.deviceId);
      if (signal.kind !== 'device-reachable') continue;
      const lane = outcome.kind === 'committed' ? outcome.lane : undefined;
      if (signal.turn === 'later') this.postpone(lane);
      else if (lane === undefined || lane.inFlight === null) this.bucket.giveBack(1);
    }
  }

  private postpone(lane: Lane | undefined): void {
    if (lane === undefined || lane.queued === 0 || !isHeldByNobody(lane)) return;
    if (this.waiting.size < this.remembered) this.waiting.add(lane.deviceId);
    this.wake(EVERY_MS);
  }

  private wake(inMs: number): void {
    if (this.stopped || this.timer !== undefined || this.waiting.size === 0) return;
    this.timer = setTimeout(() => {
      this.giving = this.giveTurns().then((pauseMs) => {
        this.timer = undefined;
        this.wake(pauseMs);
      });
    }, inMs);
  }

  /** Returns how long to pause. */
  private async giveTurns(): Promise<number> {
    const count = this.bucket.take(Math.min(this.waiting.size, MOST_AT_ONCE));
    if (count === 0) return EVERY_MS;
    const deviceIds = firstOf(this.waiting, count);
    try {
      const outcomes = await this.engine.handle(deviceIds.map((deviceId) => ({ kind: 'lane-turn', deviceId })));
      for (const deviceId of deviceIds) this.waiting.delete(deviceId);
      const unneeded = outcomes.filter((outcome) => outcome.kind === 'committed' && outcome.lane?.inFlight === null);
      this.bucket.giveBack(unneeded.length);
      return EVERY_MS;
    } catch (error) {
      this.bucket.giveBack(count);
      this.logger.warn({ err: error, waiting: this.waiting.size }, 'postponed turns could not be given, trying again');
      return AFTER_A_FAULT_MS;
    }
  }
}

function firstOf(deviceIds: Iterable<DeviceId>, count: number): DeviceId[] {
  const first: DeviceId[] = [];
  for (const deviceId of deviceIds) {
    if (first.length === count) break;
    first.push(deviceId);
  }
  return first;
}

function isHeldByNobody({ inFlight, blockedBy, unreachableSince }: Lane): boolean {
  return inFlight === null && blockedBy === null && unreachableSince === null;
}
