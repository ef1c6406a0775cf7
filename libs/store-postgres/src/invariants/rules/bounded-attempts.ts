import { breachesBy, countBy, type Invariant } from '../invariant.js';

/** Rule 4, the log's half: attempts stay within their number, and none starts after expiry or withdrawal. */
export const boundedAttempts: Invariant = {
  rule: '4',
  title: 'attempts within their number and time',
  async check({ client }) {
    const checked = await countBy(client, `select count(*) from command_event where type = 'AttemptStarted'`);
    const tooMany = await breachesBy(
      client,
      `with counted as (
         select command_id, max_retransmit, sum(case when type = 'AttemptStarted' then 1 else -1 end)
           over (partition by command_id order by version) as tries
         from command_event as event join accepted_command using (command_id)
         where type = 'AttemptStarted' or (type = 'AttemptNotSent' and event.data ->> 'retryAt' is not null)
       ) select 'command ' || command_id as subject, max(tries) || ' attempts, allowed are ' || 1 + max_retransmit as detail
         from counted where tries > 1 + max_retransmit group by command_id, max_retransmit`,
    );
    const tooLate = await breachesBy(
      client,
      `select 'command ' || command_id as subject, 'an attempt started ' || event.at - expires_at || ' ms after expiry' as detail
         from command_event as event join accepted_command using (command_id)
         where type = 'AttemptStarted' and event.at >= expires_at`,
    );
    const withdrawn = await breachesBy(
      client,
      `select 'command ' || event.command_id as subject, 'an attempt started after ' || ending.type as detail
         from command_event as event join command_event as ending using (command_id)
         where event.type = 'AttemptStarted' and event.version > ending.version
           and ending.type in ('CommandCanceled', 'CommandSuperseded', 'CommandExpired')`,
    );
    return { checked, breaches: [...tooMany, ...tooLate, ...withdrawn] };
  },
};
