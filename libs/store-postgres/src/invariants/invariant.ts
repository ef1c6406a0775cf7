import type { ClientBase } from 'pg';

/** A rule that does not hold, and of what. */
export interface Breach {
  /** Number of the rule in RULES.md, or `superseded`, `lanes`, `dead-letters`, `outbox` for what those tables promise. */
  readonly rule: string;
  /** What it is about, for example `command 7348…` or `device d1`. */
  readonly subject: string;
  readonly detail: string;
}

/** What one rule found. */
export interface Findings {
  /** How many things were looked at: a rule that looked at nothing has proved nothing. */
  readonly checked: number;
  readonly breaches: readonly Omit<Breach, 'rule'>[];
  /** What an operator may want to know besides. */
  readonly note?: string;
}

/** What a rule looks at. Everything it reads belongs to one snapshot of the database. */
export interface Examination {
  readonly client: ClientBase;
  /** The database's clock at the snapshot, ms since 1970. */
  readonly now: number;
  /** How late something may be before it counts as a breach. */
  readonly slackMs: number;
  /** Whether wires were recorded and handed in. */
  readonly hasWires: boolean;
  /** What receivers of webhooks recorded. */
  readonly received: readonly ReceivedBody[];
}

/** One webhook as its receiver saw it. */
export interface ReceivedBody {
  readonly webhookId: string;
  readonly body: string;
}

export interface Invariant {
  readonly rule: string;
  readonly title: string;
  check(examination: Examination): Promise<Findings>;
}

/** Breaches that one question lists at most: a broken table must not fill the memory. */
export const LISTED = 1_000;

/** Runs a question whose rows are breaches: `subject` and `detail`. */
export async function breachesBy(
  client: ClientBase,
  text: string,
  values: readonly unknown[] = [],
): Promise<Omit<Breach, 'rule'>[]> {
  const { rows } = await client.query<{ subject: string; detail: string }>(`${text} limit ${LISTED}`, [...values]);
  return rows.map(({ subject, detail }) => ({ subject, detail }));
}

/** Runs a question whose answer is one number, `count`. */
export async function countBy(client: ClientBase, text: string, values: readonly unknown[] = []): Promise<number> {
  const { rows } = await client.query<{ count: string }>(text, [...values]);
  return Number(rows[0]!.count);
}
