import type { DeadLetterQuery, KeptDeadLetter, RawRecord } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { asFault } from '../pools/pg-fault.js';
import { DEAD_LETTER_COLUMNS, deadLetterOf, type DeadLetterRow } from './dead-letter-row.js';
import { rawRecord, type StoredRecord } from './stored-record.js';

const OWNED = 'exists (select from device where device.id = letter.device_id and device.application_id = $2)';
const FIND = `select ${DEAD_LETTER_COLUMNS} from dead_letter as letter
  where letter.id = $1 and ($2::text is null or ${OWNED})`;

export async function findDeadLetter(
  pool: Pool,
  id: string,
  applicationId: string | undefined,
): Promise<KeptDeadLetter | undefined> {
  const values = [id, applicationId ?? null];
  const { rows } = await asFault(pool.query<DeadLetterRow>({ name: 'find-dead-letter', text: FIND, values }));
  return rows[0] && deadLetterOf(rows[0]);
}

export async function findRecord(pool: Pool, id: string): Promise<RawRecord | undefined> {
  const text = `select record_key as key, record_value as value, record_headers as headers from dead_letter where id = $1`;
  const { rows } = await asFault(pool.query<StoredRecord>({ name: 'find-record', text, values: [id] }));
  return rows[0] && rawRecord(rows[0]);
}

/** One page, newest first. Not a prepared statement: with the values at hand the planner picks the index that fits them. */
export async function searchDeadLetters(pool: Pool, query: DeadLetterQuery): Promise<KeptDeadLetter[]> {
  const { applicationId, deviceId, state, after, limit } = query;
  const values: unknown[] = [];
  const parameter = (value: unknown) => `$${String(values.push(value))}`;
  const conditions = [
    after === undefined ? '' : `letter.id < ${parameter(after)}`,
    deviceId === undefined ? '' : `letter.device_id = ${parameter(deviceId)}`,
    state === undefined ? '' : `letter.state = ${parameter(state)}`,
    applicationId === undefined
      ? ''
      : `exists (select from device where device.id = letter.device_id and device.application_id = ${parameter(applicationId)})`,
  ].filter((condition) => condition !== '');
  const text = `select ${DEAD_LETTER_COLUMNS} from dead_letter as letter
    ${conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`}
    order by letter.id desc limit ${parameter(limit)}`;
  const { rows } = await asFault(pool.query<DeadLetterRow>({ text, values }));
  return rows.map(deadLetterOf);
}
