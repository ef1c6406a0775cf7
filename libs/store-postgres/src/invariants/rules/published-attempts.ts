import { CORRELATIONS } from '@downlink/command-engine';
import { breachesBy, countBy, type Invariant } from '../invariant.js';

/**
 * Formats with ids carry command and attempt. Those with a two-byte correlation say neither: there, some command at a lane
 * position with this correlation must have been tried.
 */
const STARTED = `exists (
    select from command_event as event join accepted_command using (command_id)
    where event.command_id = seen.command_id and type = 'AttemptStarted' and device_id = seen.device_id
      and (seen.attempt is null or (event.data ->> 'attempt')::integer = seen.attempt)
  ) or exists (
    select from accepted_command join command_event as event using (command_id)
    where seen.command_id is null and seen.correlation is not null and type = 'AttemptStarted'
      and device_id = seen.device_id and (lane_position - 1) % ${CORRELATIONS} + 1 = seen.correlation
  )`;

/** Rule 4, the wire's half: whatever reached a device belongs to an attempt that had started. */
export const publishedAttempts: Invariant = {
  rule: '4',
  title: 'every publish on the wire belongs to a started attempt',
  async check({ client, hasWires }) {
    if (!hasWires) return { checked: 0, breaches: [], note: 'no recorded wire was given' };
    const checked = await countBy(client, 'select count(*) from recorded_wire');
    const breaches = await breachesBy(
      client,
      `select 'device ' || device_id as subject,
         'got ' || key || coalesce(' attempt ' || attempt, '') || ', of which no attempt had started' as detail
       from recorded_wire as seen where not (${STARTED})`,
    );
    return { checked, breaches };
  },
};
