import { breachesBy, countBy, type Invariant } from '../invariant.js';

/** What takes a command out of flight (`AttemptNotSent` only when it puts the command back). */
const LANDED = `('CommandDelivered', 'CommandSucceeded', 'CommandFailed', 'CommandTimedOut', 'CommandExpired',
  'CommandCanceled', 'CommandSuperseded')`;
const FOR_EVER = '9223372036854775807';

/** Flights of the commands that take turns, half open: a command that lands at an instant makes room for one that starts at it. */
const FLIGHTS = `turn as (
    select command_id, device_id, type, event.at,
      coalesce(lead(event.at) over (partition by command_id order by version), ${FOR_EVER}) as until
    from command_event as event join accepted_command using (command_id)
    where in_lane and (type = 'AttemptStarted' or type in ${LANDED} or (type = 'AttemptNotSent' and event.data ->> 'retryAt' is not null))
  ), flight as (
    select *, max(until) over earlier as busy_until, lag(command_id) over (partition by device_id order by at, until) as other
    from turn where type = 'AttemptStarted'
    window earlier as (partition by device_id order by at, until rows between unbounded preceding and 1 preceding)
  )`;

const FIRST_ATTEMPTS = `first as (
    select command_id, device_id, lane_position, min(event.at) as at
    from command_event as event join accepted_command using (command_id)
    where in_lane and type = 'AttemptStarted' group by command_id, device_id, lane_position
  ), ordered as (
    select *, max(lane_position) over (partition by device_id order by at, lane_position
      rows between unbounded preceding and 1 preceding) as highest from first
  )`;

/** Rule 3: commands that take turns are in flight one at a time per device, and start in the order of their lane. */
export const oneInFlight: Invariant = {
  rule: '3',
  title: 'one in flight per device, in lane order',
  async check({ client }) {
    const checked = await countBy(client, 'select count(*) from accepted_command where in_lane');
    const together = await breachesBy(
      client,
      `with ${FLIGHTS} select 'device ' || device_id as subject,
         'command ' || command_id || ' started while ' || other || ' was in flight' as detail
       from flight where busy_until > at`,
    );
    const overtaken = await breachesBy(
      client,
      `with ${FIRST_ATTEMPTS} select 'device ' || device_id as subject,
         'command ' || command_id || ' at lane position ' || lane_position || ' started after position ' || highest as detail
       from ordered where highest > lane_position`,
    );
    return { checked, breaches: [...together, ...overtaken] };
  },
};
