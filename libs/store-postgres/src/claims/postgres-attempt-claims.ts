import type { CommandId } from '@downlink/command-domain';
import type { AttemptClaims } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { claimAttempts } from './claim-attempts.js';

/** Claims are marked on the heads, beside the folded state. */
export class PostgresAttemptClaims implements AttemptClaims {
  constructor(private readonly pool: Pool) {}

  claim(attempts: readonly { commandId: CommandId; attempt: number }[]): Promise<(number | null)[]> {
    return claimAttempts(this.pool, attempts);
  }
}
