import type { CommittedFact, FactPointer, Outbox } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { deletePointers } from './delete-pointers.js';
import { readLeftovers } from './read-leftovers.js';

/** The outbox: written by the command store, emptied here. */
export class PostgresOutbox implements Outbox {
  /**
   * @param pool for reading
   * @param deletions sessions with synchronous_commit=off: a deletion that a crash undoes makes a duplicate, which every
   *   consumer must take anyway, and so no disk is waited for after each published batch
   */
  constructor(
    private readonly pool: Pool,
    private readonly deletions: Pool,
  ) {}

  remove(pointers: readonly FactPointer[]): Promise<void> {
    return deletePointers(this.deletions, pointers);
  }

  leftovers(shards: readonly number[], olderThanMs: number, limit: number): Promise<CommittedFact[]> {
    return readLeftovers(this.pool, shards, { olderThanMs, limit });
  }
}
