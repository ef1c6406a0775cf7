import type { DueCommand, DueCommands } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { findDueCommands } from './find-due-commands.js';

/** What falls due, read from the deadlines on the heads. */
export class PostgresDueCommands implements DueCommands {
  constructor(private readonly pool: Pool) {}

  due(shards: readonly number[], withinMs: number, limit: number): Promise<{ now: number; commands: DueCommand[] }> {
    return findDueCommands(this.pool, shards, { withinMs, limit });
  }
}
