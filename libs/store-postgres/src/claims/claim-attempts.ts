import type { CommandId } from '@downlink/command-domain';
import type { Pool } from 'pg';
import { asFault } from '../pools/pg-fault.js';

/**
 * While a command is sending, its deadline is the instant until which the attempt may be published. Each row is locked, read as it
 * is then, and marked. The look-up is fenced off by its limit: joined plainly, the planner likes to walk everything that is due
 * later than now in place of the few ids.
 */
const textOf = (whenLocked: '' | 'skip locked') => `with
  clock as materialized (select now_ms() as now),
  locked as materialized (
    select asked.number, asked.command_id, asked.attempt, found.claimed_attempt,
      case when found.status = 'sending' and found.attempt = asked.attempt and found.due_at > clock.now
        then (found.due_at - clock.now)::float8 end as left_ms
    from clock
    cross join unnest($1::bigint[], $2::bigint[]) with ordinality as asked (command_id, attempt, number)
    cross join lateral (
      select status, (state ->> 'attempts')::bigint as attempt, due_at, command.claimed_attempt from command
      where command.command_id = asked.command_id limit 1 for no key update ${whenLocked}
    ) as found
  ),
  marked as (update command set claimed_attempt = locked.attempt from locked
    where command.command_id = locked.command_id and locked.left_ms is not null and locked.claimed_attempt <> locked.attempt)
  select number, left_ms from locked`;

const ALL = { name: 'claim-attempts', text: textOf('skip locked') };
const ONE = { name: 'claim-attempt', text: textOf('') };

interface Attempt {
  readonly commandId: CommandId;
  readonly attempt: number;
}

/**
 * On the hot path before every publish: one statement for any number of attempts. It passes over rows that the engine is
 * writing just now, because waiting for one while holding others is how deadlocks are made; those few are asked for again,
 * one by one. An attempt that is claimed already is claimed again without a write.
 */
export async function claimAttempts(pool: Pool, attempts: readonly Attempt[]): Promise<(number | null)[]> {
  if (attempts.length === 0) return [];
  const claimed = await claim(pool, ALL, attempts);
  const answers: (number | null)[] = [];
  for (const [index, attempt] of attempts.entries()) {
    const left = claimed.has(index) ? claimed.get(index) : (await claim(pool, ONE, [attempt])).get(0);
    answers.push(left ?? null);
  }
  return answers;
}

/** ms left by the index of the attempt, null when it is not to be published; without those whose rows were passed over or are not there. */
async function claim(
  pool: Pool,
  statement: { readonly name: string; readonly text: string },
  attempts: readonly Attempt[],
): Promise<Map<number, number | null>> {
  const values = [attempts.map(({ commandId }) => commandId), attempts.map(({ attempt }) => attempt)];
  const { rows } = await asFault(pool.query<{ number: string; left_ms: number | null }>({ ...statement, values }));
  return new Map(rows.map(({ number, left_ms }) => [Number(number) - 1, left_ms]));
}
