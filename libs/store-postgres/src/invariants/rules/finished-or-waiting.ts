import { FINAL_STATUSES } from '@downlink/command-domain';
import { breachesBy, countBy, type Invariant } from '../invariant.js';

const UNFINISHED = `command where status <> all($1::text[])`;

/** Behind a dead letter only the expiry counts: a probe would be refused. */
const OVERDUE = `queue_pos is null or (state ->> 'expiresAt')::bigint < $2::bigint - $3::bigint or not exists (
  select from device_lane as lane where lane.device_id = command.device_id and lane.blocked_by is not null)`;

/** Rule 1: a command is final, or it waits for an instant that has not passed; nothing disappears and nothing is overdue. */
export const finishedOrWaiting: Invariant = {
  rule: '1',
  title: 'every command is final or not overdue',
  async check({ client, now, slackMs }) {
    const checked = await countBy(client, 'select count(*) from command');
    const timeless = await breachesBy(
      client,
      `select 'command ' || command_id as subject, status || ' without any deadline' as detail
         from ${UNFINISHED} and due_at is null`,
      [FINAL_STATUSES],
    );
    const overdue = await breachesBy(
      client,
      `select 'command ' || command_id as subject, status || ', due ' || ($2::bigint - due_at) || ' ms ago' as detail
         from ${UNFINISHED} and due_at < $2::bigint - $3::bigint and (${OVERDUE}) order by due_at`,
      [FINAL_STATUSES, now, slackMs],
    );
    return { checked, breaches: [...timeless, ...overdue] };
  },
};
