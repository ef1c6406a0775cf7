import type { ShardLeases } from '@downlink/command-engine';
import type { Logger } from '@downlink/runtime';

/** What one round of retention did. */
export interface RetentionReport {
  readonly dropped: readonly string[];
  readonly kept: readonly { readonly day: string; readonly because: string }[];
  readonly strays: number;
}

export interface RetentionOptions {
  /** Days that are kept after the day of a command's acceptance; 0 for ever. */
  readonly keepDays: number;
  readonly everyMs: number;
  /** Pause when a day could not be locked: somebody reads for long, or another process drops it just now. */
  readonly againMs: number;
}

export interface RetentionPorts {
  readonly leases: ShardLeases;
  readonly owner: string;
  readonly logger: Logger;
  readonly dropOldDays: (options: { keepDays: number }) => Promise<RetentionReport>;
}

const GROUP = 'retention';
/** A round that takes longer meets another one, and the database's own lock lets only one of them at a day. */
const LEASE_MS = 300_000;

/** Drops old days. One process of the installation does it, whoever holds the lease. */
export class RetentionRound {
  constructor(
    private readonly ports: RetentionPorts,
    private readonly options: RetentionOptions,
  ) {}

  /** Returns how long to pause before the next round, in ms. @throws Fault (retryable) when the store is away. */
  async run(): Promise<number> {
    const { keepDays, everyMs, againMs } = this.options;
    if (keepDays === 0) return everyMs;
    const { leases, owner, dropOldDays } = this.ports;
    const held = await leases.heartbeat({ group: GROUP, owner, shardCount: 1, ttlMs: LEASE_MS });
    if (held.length === 0) return everyMs;
    try {
      const report = await dropOldDays({ keepDays });
      this.tell(report);
      return report.kept.some(({ because }) => because === 'busy') ? againMs : everyMs;
    } finally {
      await leases.release(GROUP, owner);
    }
  }

  private tell({ dropped, kept, strays }: RetentionReport): void {
    const { logger } = this.ports;
    if (dropped.length > 0 || strays > 0)
      logger.info({ days: dropped, strays }, 'dropped what is older than the retention');
    if (kept.length > 0) logger.info({ days: kept }, 'kept days that are older than the retention');
  }
}
