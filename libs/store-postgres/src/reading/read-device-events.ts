import { FINAL_STATUSES } from '@downlink/command-domain';
import type { DeviceEvents, DeviceEventsQuestion } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { commandIdOf } from '../commands/head-row.js';
import { onOneClient } from '../pools/on-one-client.js';
import { asFault } from '../pools/pg-fault.js';
import { sentTogether } from '../pools/sent-together.js';
import { EVENT_COLUMNS, recordedEventOf, type StoredEvent } from './event-row.js';

const LOCK = `select next_position from device_lane where device_id = $1 for share`;

/** Commands of the device from a lane position on, and those that are named; the union keeps each once. */
const CANDIDATES = `select command_id from command where device_id = $1 and lane_position >= $2
    union select unnest($3::bigint[])`;

/** The inner look-up is by primary key for each command, so that partitions are pruned. */
const EVENTS = `select clock.now, found.* from (select now_ms() as now offset 0) as clock
  left join lateral (
    select event.* from (${CANDIDATES}) as candidate
    cross join lateral (
      select ${EVENT_COLUMNS} from command_event where command_event.command_id = candidate.command_id and at >= $4
    ) as event
    where (event.at, event.command_id, event.version) > ($4, $5, $6)
      and not (event.type = 'AnswerRejected' and event.data ->> 'reason' = 'wrong-device')
    order by event.at, event.command_id, event.version limit $7
  ) as found on true`;

const OPEN = `select found.command_id from (${CANDIDATES}) as candidate
  cross join lateral (
    select command_id, device_id, status from command where command.command_id = candidate.command_id limit 1
  ) as found
  where found.device_id = $1 and found.status <> all ($4::text[])`;

type EventRow = { readonly now: string } & (StoredEvent | { readonly command_id: null });

/**
 * One transaction and one round trip. The lane is locked first, against writers only, and by a statement of its own: the looks
 * after it then see all that is committed about the device, and whoever writes next reads a later clock. 2026-11-22, warm, in a log of
 * 400,000 events, a device with 1,000 commands (medians of 60): 1.0 ms among three of them, 19 ms among all.
 */
export function readDeviceEvents(pool: Pool, question: DeviceEventsQuestion): Promise<DeviceEvents> {
  const { deviceId, after, among = { commandIds: [], fromPosition: 0 }, limit } = question;
  const candidates = [deviceId, among.fromPosition, [...among.commandIds]];
  const place = [after.at, after.commandId, after.version];
  return onOneClient(pool, async (client) => {
    const ask = <Row extends object>(name: string, text: string, values: unknown[]) =>
      asFault(client.query<Row>({ name: `device-events-${name}`, text, values }));
    const [, lane, events, open] = await sentTogether(client, () => [
      asFault(client.query('begin')),
      ask<{ next_position: string }>('lock', LOCK, [deviceId]),
      ask<EventRow>('read', EVENTS, [...candidates, ...place, limit + 1]),
      ask<{ command_id: string }>('open', OPEN, [...candidates, FINAL_STATUSES]),
      asFault(client.query('commit')),
    ]);
    const now = Number(events.rows[0]!.now);
    const found = events.rows.flatMap((row) => (row.command_id === null ? [] : [recordedEventOf(row)]));
    const settled = found.filter(({ event }) => event.at < now).slice(0, limit);
    return {
      now,
      events: settled,
      more: settled.length < found.length,
      open: open.rows.map(({ command_id }) => commandIdOf(command_id)),
      nextPosition: Number(lane.rows[0]?.next_position ?? 1),
    };
  });
}
