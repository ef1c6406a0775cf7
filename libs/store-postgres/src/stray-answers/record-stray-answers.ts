import { STRAY_ANSWERS_PER_DEVICE, STRAY_PAYLOAD_BYTES, type StrayAnswer } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { asFault } from '../pools/pg-fault.js';

const LONGEST_NAME = 128;
const LONGEST_TOPIC = 512;

const INSERT = `insert into stray_answer (device_id, registered, reason, reference, topic, payload, payload_bytes)
  select * from unnest($1::text[], $2::boolean[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::integer[])`;
const TRIM = `delete from stray_answer where id in (
    select id from (
      select id, row_number() over (partition by device_id order by id desc) as place
      from stray_answer where device_id = any($1::text[])
    ) as ranked where place > $2
  )`;

/** Writes them in order and forgets what is too many for a device: two statements for any number. */
export async function recordStrayAnswers(pool: Pool, strays: readonly StrayAnswer[]): Promise<void> {
  if (strays.length === 0) return;
  const deviceIds = strays.map(({ deviceId }) => storable(deviceId, LONGEST_NAME));
  const values = [
    deviceIds,
    strays.map(({ registered }) => registered),
    strays.map(({ reason }) => storable(reason, LONGEST_NAME)),
    strays.map(({ reference }) => (reference === null ? null : storable(reference, LONGEST_NAME))),
    strays.map(({ topic }) => storable(topic, LONGEST_TOPIC)),
    strays.map(({ payload }) => Buffer.from(payload.subarray(0, STRAY_PAYLOAD_BYTES))),
    strays.map(({ payload }) => payload.length),
  ];
  await asFault(pool.query({ name: 'record-stray-answers', text: INSERT, values }));
  const trim = [[...new Set(deviceIds)], STRAY_ANSWERS_PER_DEVICE];
  await asFault(pool.query({ name: 'trim-stray-answers', text: TRIM, values: trim }));
}

/** A text that Postgres can hold, whatever came in the message: it is a record of what was said, not the thing itself. */
function storable(text: string, longest: number): string {
  const wellFormed = Buffer.from(text.slice(0, longest), 'utf8').toString('utf8');
  return wellFormed.replaceAll('\0', '\ufffd');
}
