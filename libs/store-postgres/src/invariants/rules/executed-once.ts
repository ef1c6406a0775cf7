import { breachesBy, countBy, type Invariant } from '../invariant.js';

/** Rule 5: a device that de-duplicates executes a command once, and of all answers one changes the state. */
export const executedOnce: Invariant = {
  rule: '5',
  title: 'executed once, decided once',
  async check({ client }) {
    const answers = await countBy(
      client,
      `select count(*) from command_event where type in ('CommandDelivered', 'CommandSucceeded', 'CommandFailed')`,
    );
    const executions = await countBy(client, 'select count(*) from recorded_wire where executed');
    const decidedTwice = await breachesBy(
      client,
      `select 'command ' || command_id as subject, count(*) || ' answers changed its state' as detail
         from command_event where type in ('CommandSucceeded', 'CommandFailed') group by command_id having count(*) > 1`,
    );
    const deliveredTwice = await breachesBy(
      client,
      `select 'command ' || command_id as subject, count(*) || ' acknowledgements changed its state' as detail
         from command_event where type = 'CommandDelivered' group by command_id having count(*) > 1`,
    );
    const executedTwice = await breachesBy(
      client,
      `select 'device ' || device_id as subject, 'executed ' || key || ' ' || count(*) || ' times' as detail
         from recorded_wire where executed group by device_id, key having count(*) > 1`,
    );
    return { checked: answers + executions, breaches: [...decidedTwice, ...deliveredTwice, ...executedTwice] };
  },
};
