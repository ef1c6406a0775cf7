import { breachesBy, type Invariant } from '../invariant.js';

/**
 * Each event that time caused, beside the instant at which it was due. An immediate command expires with its device's presence,
 * which may be before its time.
 */
const FIRED = `step as (
    select command_id, version, type, event.at, case when cached then expires_at else least(expires_at, event.at) end as expires_at,
      lag(coalesce(event.data ->> 'waitUntil', event.data ->> 'answerBy')::bigint)
        over (partition by command_id order by version) as waited_until
    from command_event as event join accepted_command using (command_id)
    where type in ('AttemptStarted', 'CommandDelivered', 'CommandTimedOut', 'CommandExpired')
      or (type = 'AttemptNotSent' and event.data ->> 'retryAt' is not null)
  ), fired as (
    select command_id, type, at, case when type = 'CommandExpired' then expires_at else waited_until end as due
    from step where type in ('AttemptStarted', 'CommandTimedOut', 'CommandExpired')
  )`;

/** Rule 11: nothing that time causes happens early, and it is not late either. */
export const deadlinesKept: Invariant = {
  rule: '11',
  title: 'no deadline fires early; lateness',
  async check({ client, slackMs }) {
    const { rows } = await client.query<{ count: string; p99: string | null }>(
      `with ${FIRED} select count(*), percentile_disc(0.99) within group (order by at - due) as p99
         from fired where due is not null`,
    );
    const early = await breachesBy(
      client,
      `with ${FIRED} select 'command ' || command_id as subject, type || ' ' || due - at || ' ms before its time' as detail
         from fired where at < due`,
    );
    const checked = Number(rows[0]!.count);
    const p99 = Number(rows[0]!.p99 ?? 0);
    const late =
      p99 > slackMs ? [{ subject: 'deadlines', detail: `lateness p99 is ${p99} ms, allowed are ${slackMs}` }] : [];
    return { checked, breaches: [...early, ...late], ...(checked > 0 ? { note: `lateness p99 ${p99} ms` } : {}) };
  },
};
