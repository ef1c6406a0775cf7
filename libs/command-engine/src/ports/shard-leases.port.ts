/** 64 shards, fixed for ever: a device belongs to shard `hash(deviceId) mod 64`, computed by the store. */
export const SHARD_COUNT = 64;

/**
 * Who tries first. Leases only divide work among replicas; safety never rests on them.
 */
export interface ShardLeases {
  /**
   * One heartbeat: says that `owner` lives, renews its leases, takes free or lapsed shards up to its fair share
   * (ceil(shards / live owners)) and hands surplus back. Returns the shards it now holds, for `ttlMs` from now.
   * @param group what the shards are of, for example `scheduler` or `notifier`
   */
  heartbeat(claim: { group: string; owner: string; shardCount: number; ttlMs: number }): Promise<number[]>;
  /** Hands everything back at once: the orderly end. */
  release(group: string, owner: string): Promise<void>;
}
