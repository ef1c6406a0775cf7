/** A worker number of 0..1023, ours until `validUntil`. */
export interface WorkerLease {
  readonly worker: number;
  /** The database's clock at the moment of the answer, ms since 1970: what ids are made from, whatever this host believes. */
  readonly now: number;
  /** ms since 1970, database time */
  readonly validUntil: number;
}

/** Numbers that keep the ids of different processes apart. */
export interface WorkerNumbers {
  /**
   * Leases a number that nobody holds, or renews `current`. A number whose holder vanished is given again only after its
   * lease and a quarantine of the same length have passed. @throws Fault `worker-number-lost` when `current` now belongs to
   * somebody else, `worker-numbers-exhausted` when all 1024 are held.
   */
  lease(owner: string, ttlMs: number, current?: number): Promise<WorkerLease>;
  release(owner: string, worker: number): Promise<void>;
}
