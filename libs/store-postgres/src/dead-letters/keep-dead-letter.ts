import { MAX_RECORD_BYTES, sizeOfRecord, type KeptDeadLetter, type NewDeadLetter } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { asFault } from '../pools/pg-fault.js';
import { DEAD_LETTER_COLUMNS, deadLetterOf, type DeadLetterRow } from './dead-letter-row.js';
import { NOTHING_STORED, storedRecord } from './stored-record.js';

/**
 * A record that comes again is updated in any case, also when nothing changes: only so does the statement give the row back,
 * and it waits for whoever is settling it right now.
 */
const TEXT = `with letter as (
  insert into dead_letter as kept (topic, topic_partition, topic_offset, recorded_at, groups, device_id, command_id, attempts,
    error, size, record_key, record_value, record_headers)
  values ($1, $2, $3, $4, array[$5], $6, $7, $8, $9, $10, $11, $12, $13)
  on conflict on constraint dead_letter_origin do update set
    groups = case when $5 = any (kept.groups) then kept.groups else kept.groups || $5 end,
    attempts = greatest(kept.attempts, excluded.attempts),
    error = case when $5 = any (kept.groups) then kept.error else excluded.error end,
    (state, reason, settled_at) = (select 'open', null, null where kept.state = 'discarded' and $5 <> all (kept.groups)
      union all select kept.state, kept.reason, kept.settled_at where not (kept.state = 'discarded' and $5 <> all (kept.groups)))
  returning *
)
select ${DEAD_LETTER_COLUMNS} from letter`;

export async function keepDeadLetter(pool: Pool, letter: NewDeadLetter): Promise<KeptDeadLetter> {
  const { origin, record } = letter;
  const size = sizeOfRecord(record);
  const { key, value, headers } = size <= MAX_RECORD_BYTES ? storedRecord(record) : NOTHING_STORED;
  const values = [
    storable(origin.topic),
    origin.partition,
    origin.offset,
    origin.recordedAt,
    storable(letter.group),
    letter.deviceId,
    letter.commandId,
    letter.attempts,
    storable(letter.error),
    size,
    key,
    value,
    headers,
  ];
  const { rows } = await asFault(pool.query<DeadLetterRow>({ name: 'keep-dead-letter', text: TEXT, values }));
  return deadLetterOf(rows[0]!);
}

/** Postgres has no NUL in texts, and a dead letter must not fail for what an error says. */
function storable(text: string): string {
  return text.replaceAll('\0', '\u{fffd}');
}
