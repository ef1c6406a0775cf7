import type { DeadLetters, KeptDeadLetter } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { asFault } from '../pools/pg-fault.js';
import { DEAD_LETTER_COLUMNS, deadLetterOf, type DeadLetterRow } from './dead-letter-row.js';

const TEXT = `with letter as (
  update dead_letter set state = $2, reason = $3, settled_at = now_ms() where id = $1 and state = 'open' returning *
)
select ${DEAD_LETTER_COLUMNS} from letter`;

/** Undefined when it is not open, or unknown. */
export async function settleDeadLetter(
  pool: Pool,
  id: string,
  { state, reason }: Parameters<DeadLetters['settle']>[1],
): Promise<KeptDeadLetter | undefined> {
  const values = [id, state, reason ?? null];
  const { rows } = await asFault(pool.query<DeadLetterRow>({ name: 'settle-dead-letter', text: TEXT, values }));
  return rows[0] && deadLetterOf(rows[0]);
}
