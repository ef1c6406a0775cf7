import { breachesBy, countBy, type Invariant } from '../invariant.js';

/**
 * How many wait, acceptance by acceptance. A command that is put back joins the queue again without being counted against the
 * cap, so only acceptances are judged. Within one millisecond those who leave go first: the log does not say who
 * really did, and the kinder order accuses nobody wrongly.
 */
const WAITING = `step as (
    select command_id, device_id, lane_position, lane_cap, event.at, type,
      case when type = 'CommandAccepted' or type = 'AttemptNotSent' then 1 else -1 end as change,
      lag(type) over (partition by command_id order by version) as previous
    from command_event as event join accepted_command using (command_id)
    where in_lane and type not in ('AttemptSent', 'LateAnswerRecorded', 'AnswerRejected')
      and not (type = 'AttemptNotSent' and event.data ->> 'retryAt' is null)
  ), moved as (
    select * from step where change = 1 or previous in ('CommandAccepted', 'AttemptNotSent')
  ), waiting as (
    select *, sum(change) over (partition by device_id order by at, change, type = 'AttemptNotSent', lane_position
      rows unbounded preceding) as queued from moved
  )`;

/** Rule 6: no command was accepted into a lane that was full. */
export const queueCaps: Invariant = {
  rule: '6',
  title: 'no lane took more than its cap',
  async check({ client }) {
    const checked = await countBy(client, 'select count(*) from accepted_command where in_lane');
    const breaches = await breachesBy(
      client,
      `with ${WAITING} select 'device ' || device_id as subject,
         'command ' || command_id || ' was accepted as number ' || queued || ' of at most ' || lane_cap as detail
       from waiting where type = 'CommandAccepted' and queued > lane_cap`,
    );
    return { checked, breaches };
  },
};
