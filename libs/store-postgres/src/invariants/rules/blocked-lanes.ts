import { breachesBy, countBy, type Invariant } from '../invariant.js';

/** A lane is blocked while a dead letter about its device is open, and not a moment longer. */
export const blockedLanes: Invariant = {
  rule: 'dead-letters',
  title: 'a lane is blocked as long as a dead letter is open',
  async check({ client, now, slackMs }) {
    const checked = await countBy(
      client,
      'select (select count(*) from device_lane) + (select count(*) from dead_letter) as count',
    );
    const overlooked = await breachesBy(
      client,
      `select 'device ' || device_id as subject, 'dead letter ' || id || ' is open and blocks nothing' as detail
         from dead_letter join device_lane using (device_id)
         where state = 'open' and blocked_by is null and created_at < $1::bigint - $2::bigint`,
      [now, slackMs],
    );
    const forgotten = await breachesBy(
      client,
      `select 'device ' || device_id as subject, 'blocked by ' || blocked_by || ', which is no open dead letter' as detail
         from device_lane as lane where blocked_by is not null and not exists (
           select from dead_letter where dead_letter.device_id = lane.device_id and dead_letter.id::text = lane.blocked_by
             and (state = 'open' or settled_at >= $1::bigint - $2::bigint))`,
      [now, slackMs],
    );
    return { checked, breaches: [...overlooked, ...forgotten] };
  },
};
