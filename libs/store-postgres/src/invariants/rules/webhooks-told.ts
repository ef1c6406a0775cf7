import { breachesBy, countBy, type Examination, type Findings, type Invariant } from '../invariant.js';

/**
 * What every application that gave a callback hears of, whichever body it gets: delivered, successful, failed, timeout, and sent
 * (Huawei, Creating Device Commands: callbackUrl), the last not when the device's own word has overtaken the broker's, nor again
 * for a retransmission.
 */
const TOLD = `(type in ('CommandDelivered', 'CommandSucceeded', 'CommandFailed', 'CommandTimedOut')
  or (type = 'AttemptSent' and not event.data ? 'again' and not exists (select from command_event as word
    where word.command_id = event.command_id and word.version < event.version
      and word.type in ('CommandDelivered', 'CommandSucceeded', 'CommandFailed', 'CommandTimedOut'))))`;

/**
 * Some formats tell of less than that to the callback of the call: answers (Huawei, Pushing Device Command Response Notifications), and what
 * was acknowledged only where the call wanted it; Quectel has no word for what was merely sent (Data Format Definition).
 */
const TOLD_IN_ITS_FORMAT = `(${TOLD} and case callback_format
  when 'huawei-signaltrans' then type in ('CommandSucceeded', 'CommandFailed')
  when 'quectel' then type <> 'AttemptSent'
  else true end)`;

const NAME = `command_id || '-' || version || case when receiver = '' then '' else '-' || receiver end`;

/** Start and length of an attempt are rounded to whole milliseconds each. */
const ROUNDING_MS = 2;

/** Rule 7: every event with a webhook is told until success or exhaustion, per command and URL in order, and never in two wordings. */
export const webhooksTold: Invariant = {
  rule: '7',
  title: 'webhooks are told, in order, in one wording',
  async check(examination) {
    const checked = await countBy(examination.client, 'select count(*) from webhook_delivery');
    const questions = [missing, overdue, unfounded, miscounted, outOfOrder, twoWordings];
    const breaches: Findings['breaches'][number][] = [];
    for (const question of questions) breaches.push(...(await question(examination)));
    return { checked, breaches };
  },
};

const missing = ({ client, now, slackMs }: Examination) =>
  breachesBy(
    client,
    `select 'command ' || command_id as subject, type || ' (version ' || event.version || ') has no webhook' as detail
       from command_event as event join accepted_command using (command_id)
       left join webhook_delivery as delivery using (command_id, version)
       where has_callback and ${TOLD_IN_ITS_FORMAT} and delivery.version is null and event.at < $1::bigint - $2::bigint`,
    [now, slackMs],
  );

const overdue = ({ client, now, slackMs }: Examination) =>
  breachesBy(
    client,
    `select 'webhook ' || ${NAME} as subject, 'should have been tried ' || $1::bigint - next_at || ' ms ago' as detail
       from webhook_delivery where next_at < $1::bigint - $2::bigint`,
    [now, slackMs],
  );

const unfounded = ({ client }: Examination) =>
  breachesBy(
    client,
    `select 'webhook ' || ${NAME} as subject, 'tells of an event that is not in the log' as detail
       from webhook_delivery left join command_event as event using (command_id, version) where event.type is null`,
  );

const miscounted = ({ client }: Examination) =>
  breachesBy(
    client,
    `select 'webhook ' || ${NAME} as subject,
       delivery.status || ' after ' || attempts || ' attempts, of ' || count(attempt.attempt) || ' that are recorded '
         || count(attempt.attempt) filter (where outcome = 'succeeded') || ' succeeded' as detail
     from webhook_delivery as delivery left join webhook_attempt as attempt using (command_id, version, receiver)
     group by command_id, version, receiver, delivery.status, attempts
     having attempts <> count(attempt.attempt)
       or (delivery.status = 'succeeded') <> coalesce(bool_or(outcome = 'succeeded'), false)`,
  );

/**
 * The next webhook waits for the success of the one before, or for its exhaustion. An attempt that was under way when another succeeded
 * does not count: its process stood still for longer than its claim (SIGSTOP, a suspended host) and hears the answer when it wakes up. The receiver
 * may get that webhook twice, under the same id.
 */
const outOfOrder = ({ client }: Examination) =>
  breachesBy(
    client,
    `select 'command ' || earlier.command_id as subject,
       'its webhook of version ' || later.version || ' was sent before the one of version ' || earlier.version || ' was over' as detail
     from webhook_attempt as earlier join webhook_delivery as first using (command_id, version, receiver)
       join webhook_attempt as later on later.command_id = earlier.command_id
         and (later.version, later.receiver) > (earlier.version, earlier.receiver)
       join webhook_delivery as second
         on second.command_id = later.command_id and second.version = later.version and second.receiver = later.receiver
     where first.url = second.url
       and earlier.started_at + earlier.duration_ms > later.started_at + ${ROUNDING_MS}
       and not exists (select from webhook_attempt as success
         where success.command_id = earlier.command_id and success.version = earlier.version and success.receiver = earlier.receiver
           and success.outcome = 'succeeded' and success.started_at + success.duration_ms <= later.started_at + ${ROUNDING_MS})`,
  );

const twoWordings = ({ client, received }: Examination) =>
  breachesBy(
    client,
    `with heard as (select * from unnest($1::text[], $2::text[]) as heard (webhook_id, body)), wording as (
       select webhook_id, body from heard
       union select heard.webhook_id, delivery.body from heard
         join (select ${NAME} as webhook_id, body from webhook_delivery) as delivery using (webhook_id)
     ) select 'webhook ' || webhook_id as subject, count(*) || ' different bodies' as detail
       from wording group by webhook_id having count(*) > 1`,
    [received.map(({ webhookId }) => webhookId), received.map(({ body }) => body)],
  );
