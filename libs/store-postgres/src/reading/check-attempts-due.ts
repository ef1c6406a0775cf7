import type { CommandId } from '@downlink/command-domain';
import type { Pool } from 'pg';
import { asFault } from '../pools/pg-fault.js';

/**
 * While a command is sending, its deadline is the instant until which the attempt may be published. The look-up is fenced off by its
 * limit: joined plainly, the planner likes to walk everything that is due later than now in place of the few ids.
 */
const TEXT = `select asked.number, (found.due_at - clock.now)::float8 as left
  from (select now_ms() as now offset 0) as clock
  cross join unnest($1::bigint[], $2::bigint[]) with ordinality as asked (command_id, attempt, number)
  cross join lateral (
    select status, (state ->> 'attempts')::bigint as attempt, due_at from command
    where command.command_id = asked.command_id limit 1
  ) as found
  where found.status = 'sending' and found.attempt = asked.attempt and found.due_at > clock.now`;

/** On the hot path before every publish: one statement for any number of attempts. */
export async function checkAttemptsDue(
  pool: Pool,
  attempts: readonly { commandId: CommandId; attempt: number }[],
): Promise<(number | null)[]> {
  if (attempts.length === 0) return [];
  const ids = attempts.map(({ commandId }) => commandId);
  const { rows } = await asFault(
    pool.query<{ number: string; left: number }>({
      name: 'check-attempts-due',
      text: TEXT,
      values: [ids, attempts.map(({ attempt }) => attempt)],
    }),
  );
  const left = new Map(rows.map((row) => [Number(row.number), row.left]));
  return attempts.map((_, index) => left.get(index + 1) ?? null);
}
