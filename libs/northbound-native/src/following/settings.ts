/** How callers follow what happens. Times in ms. */
export interface FollowingSettings {
  /** Streams of this process at most. */
  readonly streams: number;
  /** Of them of one application, so that none takes all. */
  readonly streamsOfOne: number;
  /** A comment in a silent stream, so that nobody between takes it for dead. */
  readonly heartbeatMs: number;
  /** Whoever has not taken what was sent by then is cut off. */
  readonly drainWithinMs: number;
  /** How often each stream is looked at beside what facts wake. */
  readonly lookEveryMs: number;
}

export const FOLLOWING: FollowingSettings = {
  streams: 1_000,
  streamsOfOne: 100,
  heartbeatMs: 15_000,
  drainWithinMs: 10_000,
  lookEveryMs: 5_000,
};
