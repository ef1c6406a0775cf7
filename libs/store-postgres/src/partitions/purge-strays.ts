import type { CommandId } from '@downlink/command-domain';
import type { Pool } from 'pg';
import { asFault } from '../pools/pg-fault.js';

const PAGE = 1_000;
/** What a round does not get done is done by the next. */
const MOST_PAGES = 20;

/** Deletes what a command has in the default partitions, its head last in sight and all of it in one statement. */
const TEXT = `with old as materialized (
    select command_id from command_default
    where command_id < $1 and due_at is null and queue_pos is null
      and not exists (select from webhook_delivery_default waiting
        where waiting.command_id = command_default.command_id and waiting.next_at is not null)
      and not exists (select from outbox where outbox.command_id = command_default.command_id)
    order by command_id limit ${PAGE} for update skip locked
  ),
  attempts as (delete from webhook_attempt_default gone using old where gone.command_id = old.command_id),
  deliveries as (delete from webhook_delivery_default gone using old where gone.command_id = old.command_id),
  events as (delete from command_event_default gone using old where gone.command_id = old.command_id),
  heads as (delete from command_default gone using old where gone.command_id = old.command_id returning 1)
  select count(*)::int as gone from heads`;

/** Webhooks that were told after their command's day had gone. */
const ORPHANS = `with old as materialized (
    select command_id, version, receiver from webhook_delivery_default delivery
    where command_id < $1 and next_at is null
      and not exists (select from command where command.command_id = delivery.command_id)
    order by command_id, version, receiver limit ${PAGE} for update skip locked
  ),
  attempts as (delete from webhook_attempt_default gone using old
    where gone.command_id = old.command_id and gone.version = old.version and gone.receiver = old.receiver)
  delete from webhook_delivery_default gone using old
  where gone.command_id = old.command_id and gone.version = old.version and gone.receiver = old.receiver`;

/** Dead letters that were replayed or discarded; open ones stay for ever. */
const DEAD_LETTERS = `delete from dead_letter where id = any (array(
  select id from dead_letter where settled_at is not null and settled_at < $1 order by settled_at limit ${PAGE}))`;

/** Deletes a bounded number of dead letters that were dealt with before this instant (ms since 1970). */
export async function purgeDeadLetters(pool: Pool, settledBefore: number): Promise<void> {
  await asFault(pool.query({ name: 'purge-dead-letters', text: DEAD_LETTERS, values: [settledBefore] }));
}

/**
 * Deletes finished commands with ids below `before` that never got a partition of their day (a restored backup, a clock far
 * off), a bounded number in a statement. Returns how many.
 */
export async function purgeStrays(pool: Pool, before: CommandId): Promise<number> {
  let gone = 0;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { rows } = await asFault(
      pool.query<{ gone: number }>({ name: 'purge-strays', text: TEXT, values: [before] }),
    );
    gone += rows[0]!.gone;
    if (rows[0]!.gone < PAGE) break;
  }
  await asFault(pool.query({ name: 'purge-orphans', text: ORPHANS, values: [before] }));
  return gone;
}
