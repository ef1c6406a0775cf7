import type { DeadLetterQuery, DeadLetters, KeptDeadLetter, NewDeadLetter, RawRecord } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { findDeadLetter, findRecord, searchDeadLetters } from './find-dead-letters.js';
import { keepDeadLetter } from './keep-dead-letter.js';
import { settleDeadLetter } from './settle-dead-letter.js';

/** Dead letters in Postgres; see the port. */
export class PostgresDeadLetters implements DeadLetters {
  constructor(private readonly pool: Pool) {}

  keep(letter: NewDeadLetter): Promise<KeptDeadLetter> {
    return keepDeadLetter(this.pool, letter);
  }

  find(id: string, applicationId?: string): Promise<KeptDeadLetter | undefined> {
    return findDeadLetter(this.pool, id, applicationId);
  }

  search(query: DeadLetterQuery): Promise<KeptDeadLetter[]> {
    return searchDeadLetters(this.pool, query);
  }

  record(id: string): Promise<RawRecord | undefined> {
    return findRecord(this.pool, id);
  }

  async settle(id: string, how: Parameters<DeadLetters['settle']>[1]): Promise<KeptDeadLetter | undefined> {
    return (await settleDeadLetter(this.pool, id, how)) ?? findDeadLetter(this.pool, id, undefined);
  }
}
