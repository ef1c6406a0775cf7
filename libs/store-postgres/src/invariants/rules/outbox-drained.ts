import { breachesBy, countBy, type Invariant } from '../invariant.js';

/** Every fact leaves: no pointer grows old, and none points at nothing. */
export const outboxDrained: Invariant = {
  rule: 'outbox',
  title: 'no fact waits to be published',
  async check({ client, now, slackMs }) {
    const checked = await countBy(client, 'select count(*) from outbox');
    const old = await breachesBy(
      client,
      `select 'command ' || command_id as subject,
         'version ' || version || ' has waited ' || $1::bigint - written_at || ' ms to be published' as detail
       from outbox where written_at < $1::bigint - $2::bigint order by written_at`,
      [now, slackMs],
    );
    const dangling = await breachesBy(
      client,
      `select 'command ' || command_id as subject, 'the outbox points at version ' || version || ', which is not there' as detail
       from outbox where not exists (select from command_event as event
         where event.command_id = outbox.command_id and event.version = outbox.version)`,
    );
    return { checked, breaches: [...old, ...dangling] };
  },
};
