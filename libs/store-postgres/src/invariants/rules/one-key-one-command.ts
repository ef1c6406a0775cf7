import { IDEMPOTENCY_KEY_LIFETIME_MS } from '@downlink/command-domain';
import { breachesBy, countBy, type Invariant } from '../invariant.js';

/** Rule 9: an idempotency key stands for the command that was accepted with it, and a command for one key at most. */
export const oneKeyOneCommand: Invariant = {
  rule: '9',
  title: 'one idempotency key, one command',
  async check({ client, now }) {
    const checked = await countBy(client, 'select count(*) from idempotency_key');
    const wrong = await breachesBy(
      client,
      `with found as (
         select used.application_id, used.key, case
           when event.command_id is null then 'stands for command ' || used.command_id || ', which is not there'
           when event.data #>> '{request,applicationId}' <> used.application_id
             then 'stands for command ' || used.command_id || ' of application ' || (event.data #>> '{request,applicationId}')
           when event.at <> used.used_at then 'was used ' || used.used_at - event.at || ' ms after its command was accepted'
         end as detail
         from idempotency_key as used
           left join command_event as event on event.command_id = used.command_id and event.version = 1
         where used.used_at > $1::bigint - $2::bigint
       ) select 'key ' || key || ' of application ' || application_id as subject, detail from found where detail is not null`,
      [now, IDEMPOTENCY_KEY_LIFETIME_MS],
    );
    const shared = await breachesBy(
      client,
      `select 'command ' || command_id as subject, count(*) || ' keys stand for it' as detail
         from idempotency_key group by command_id having count(*) > 1`,
    );
    return { checked, breaches: [...wrong, ...shared] };
  },
};
