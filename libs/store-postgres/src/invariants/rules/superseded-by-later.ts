import { breachesBy, countBy, type Invariant } from '../invariant.js';

/** Days of the ids, 22 bits below the milliseconds since 2010: retention drops whole days, and then a successor may be gone. */
const DAY = (id: string) => `((${id} >> 22) / 86400000)`;

/** Whoever was superseded points to a later command of the same application and lane, and no attempt of it was out. */
export const supersededByLater: Invariant = {
  rule: 'superseded',
  title: 'superseded before any attempt, by a later command of the lane',
  async check({ client }) {
    const checked = await countBy(client, `select count(*) from command_event where type = 'CommandSuperseded'`);
    const pointers = await breachesBy(
      client,
      `with pointer as (
         select command_id, (data ->> 'by')::bigint as by from command_event where type = 'CommandSuperseded'
       ), found as (
         select pointer.command_id, case
           when heir.command_id is null then case when exists (
             select from accepted_command as other where ${DAY('other.command_id')} = ${DAY('pointer.by')}
           ) then 'superseded by ' || by || ', which is not there' end
           when heir.data #>> '{request,deviceId}' <> old.data #>> '{request,deviceId}'
             or heir.data #>> '{request,applicationId}' <> old.data #>> '{request,applicationId}'
             then 'superseded by ' || by || ', which is another lane''s or application''s'
           when (heir.data ->> 'lanePosition')::bigint <= (old.data ->> 'lanePosition')::bigint
             then 'superseded by ' || by || ', which came before it'
         end as detail
         from pointer join command_event as old on old.command_id = pointer.command_id and old.version = 1
           left join command_event as heir on heir.command_id = pointer.by and heir.version = 1
       ) select 'command ' || command_id as subject, detail from found where detail is not null`,
    );
    const late = await breachesBy(
      client,
      `with step as (
         select command_id, type, lag(type) over (partition by command_id order by version) as before from command_event
         where type in ('AttemptStarted', 'CommandSuperseded')
           or (type = 'AttemptNotSent' and data ->> 'retryAt' is not null)
       ) select 'command ' || command_id as subject, 'superseded while an attempt was out' as detail
         from step where type = 'CommandSuperseded' and before = 'AttemptStarted'`,
    );
    return { checked, breaches: [...pointers, ...late] };
  },
};
