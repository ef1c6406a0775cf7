import type { DeviceId } from '@downlink/command-domain';
import type { Engine, IdleLanes } from '@downlink/command-engine';

export interface IdleLanesRoundOptions {
  /** Pause between two looks, in ms. */
  readonly everyMs: number;
  /** How long a lane must have been found idle before it gets its turn here: whoever owes it is given the time. */
  readonly idleMs: number;
  /** Turns of one round, which bounds the rate: `page` every `everyMs`. */
  readonly page: number;
  /** Lanes of one look. */
  readonly limit: number;
}

/**
 * 20 s: a storm of 10,000 devices is let through in that time (dispatcher, `RECONNECT_RATE` 500/s), so that the two seldom meet;
 * when they do, a turn given twice is a turn given once. 500 a round and second: as fast as the storm itself is let through.
 */
export const DEFAULT_IDLE_LANES: IdleLanesRoundOptions = { everyMs: 1_000, idleMs: 20_000, page: 500, limit: 20_000 };

/**
 * The net under every turn that was postponed or lost: lanes in which somebody waits although nothing holds them. How long a
 * lane has been idle stands nowhere; it is measured here, from the first look that found it, so that a new process starts
 * counting anew.
 */
export class IdleLanesRound {
  private since = new Map<DeviceId, number>();

  constructor(
    private readonly lanes: IdleLanes,
    private readonly engine: Engine,
    private readonly observer: { setInMotion(lanes: number): void },
    private readonly options: IdleLanesRoundOptions = DEFAULT_IDLE_LANES,
  ) {}

  /** Returns how long to pause before the next round, in ms. @throws Fault (retryable) when the store is away. */
  async run(shards: readonly number[]): Promise<number> {
    const { everyMs, idleMs, page, limit } = this.options;
    const found = shards.length === 0 ? [] : await this.lanes.idle(shards, limit);
    const now = performance.now();
    this.since = new Map(found.map((deviceId) => [deviceId, this.since.get(deviceId) ?? now]));
    const ripe = found.filter((deviceId) => now - this.since.get(deviceId)! >= idleMs).slice(0, page);
    if (ripe.length === 0) return everyMs;
    const outcomes = await this.engine.handle(ripe.map((deviceId) => ({ kind: 'lane-turn', deviceId })));
    const moved = outcomes.filter((outcome) => outcome.kind === 'committed' && outcome.lane?.inFlight !== null).length;
    if (moved > 0) this.observer.setInMotion(moved);
    return everyMs;
  }
}
