import { breachesBy, countBy, type Invariant } from '../invariant.js';

/** What the heads say about each lane. Commands that bypass the queue never hold it. */
const HEADS = `said as (
    select device_id, count(*) filter (where status = 'queued') as queued, max(lane_position) as last_position,
      max(command_id) filter (where holds) as in_flight, count(*) filter (where holds) as flying
    from (select *, status in ('sending', 'sent')
        and (request ->> 'mode' = 'cached' or request #>> '{policy,immediate}' = 'join') as holds from command) as head
    group by device_id
  )`;

/** A lane's row says what the heads of its commands say. */
export const laneRows: Invariant = {
  rule: 'lanes',
  title: 'each lane row says what the heads say',
  async check({ client }) {
    const checked = await countBy(client, 'select count(*) from device_lane');
    const breaches = await breachesBy(
      client,
      `with ${HEADS}, found as (
         select coalesce(lane.device_id, said.device_id) as device_id, case
           when lane.device_id is null then 'commands, but no lane'
           when lane.queued <> coalesce(said.queued, 0) then 'counts ' || lane.queued || ' queued, there are ' || coalesce(said.queued, 0)
           when coalesce(said.flying, 0) > 1 then said.flying || ' commands hold the lane'
           when lane.in_flight is distinct from said.in_flight
             then 'has in flight ' || coalesce(lane.in_flight::text, 'nothing') || ', the heads say ' || coalesce(said.in_flight::text, 'nothing')
           when (lane.in_flight is null) <> (lane.in_flight_since is null) then 'in flight and since when do not go together'
           when lane.next_position <= said.last_position
             then 'would give position ' || lane.next_position || ' again, ' || said.last_position || ' is taken'
         end as detail
         from device_lane as lane full join said using (device_id)
       ) select 'device ' || device_id as subject, detail from found where detail is not null`,
    );
    return { checked, breaches };
  },
};
