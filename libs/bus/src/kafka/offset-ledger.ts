/** An offset to be committed: that of the next record to be read. */
export interface PartitionOffset {
  readonly partition: number;
  readonly offset: string;
}

/** Where a record was read: its partition, its offset, and during which assignment. */
export interface ReadAt {
  readonly partition: number;
  readonly offset: string;
  readonly epoch: number;
}

/**
 * Knows up to where each partition is handled. Every new assignment of partitions begins an epoch; what a handler finishes
 * of a partition that was given away meanwhile counts for nothing, because its new owner may be further on.
 */
export class OffsetLedger {
  #epoch = 0;
  /** Per partition held: since which epoch without a break, the offset handled, the offset committed. */
  #held = new Map<number, { since: number; handled: bigint | undefined; committed: bigint | undefined }>();

  get epoch(): number {
    return this.#epoch;
  }

  /** The partitions that this member holds from now on. */
  assign(partitions: readonly number[]): void {
    this.#epoch += 1;
    const before = this.#held;
    this.#held = new Map(
      partitions.map((partition) => [
        partition,
        before.get(partition) ?? { since: this.#epoch, handled: undefined, committed: undefined },
      ]),
    );
  }

  /** The records are durable with the application. */
  handled(records: readonly ReadAt[]): void {
    for (const { partition, offset, epoch } of records) {
      const held = this.#held.get(partition);
      if (held === undefined || epoch < held.since) continue;
      const next = BigInt(offset) + 1n;
      if (held.handled === undefined || next > held.handled) held.handled = next;
    }
  }

  /** What is handled and not committed yet. */
  uncommitted(): readonly PartitionOffset[] {
    return [...this.#held]
      .filter(([, { handled, committed }]) => handled !== undefined && handled !== committed)
      .map(([partition, { handled }]) => ({ partition, offset: String(handled) }));
  }

  committed(offsets: readonly PartitionOffset[]): void {
    for (const { partition, offset } of offsets) {
      const held = this.#held.get(partition);
      if (held !== undefined) held.committed = BigInt(offset);
    }
  }
}
