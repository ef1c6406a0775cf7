import { setTimeout as wait } from 'node:timers/promises';
import { FINAL_STATUSES, firstCommandIdAt, type CommandId } from '@downlink/command-domain';
import { isFault } from '@downlink/command-engine';
import pg from 'pg';
import { asFault } from '../pools/pg-fault.js';

/** Half open, ms since 1970 by the database's clock. */
export interface Period {
  readonly from: number;
  readonly until: number;
}

export interface Latency {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const FINAL_EVENTS = `('CommandSucceeded', 'CommandFailed', 'CommandTimedOut', 'CommandExpired', 'CommandCanceled', 'CommandSuperseded')`;
/** Longer than any command of a load test lives: bounds how far back the log is read, as its key begins with the time. */
const LIFE_MS = 180_000;
const PATIENCE_MS = 60_000;

/**
 * What a test of the whole system asks the log while services write it: how many commands are under way, how fast they end.
 * Every question is a connection of its own and waits for a database that is away. @throws Fault `store-unavailable` when it is
 * for longer than 60 s.
 */
export class LogWatch {
  constructor(private readonly databaseUrl: string) {}

  /** The database's clock, ms since 1970. */
  async now(): Promise<number> {
    return Number((await this.ask<{ now: string }>('select now_ms() as now'))[0]!.now);
  }

  /** Commands that are not final. */
  async unfinished(): Promise<number> {
    return this.count('select count(*) from command where status <> all($1::text[])', [FINAL_STATUSES]);
  }

  /** Commands that became final in each second of this period. */
  async finishedBySecond({ from, until }: Period): Promise<number[]> {
    const rows = await this.ask<{ second: number; count: string }>(
      `select ((at - $1::bigint) / 1000)::integer as second, count(*) from command_event
         where type in ${FINAL_EVENTS} and at >= $1 and at < $2 and command_id >= $3 group by 1`,
      [from, until, firstCommandIdAt(from - LIFE_MS)],
    );
    const seconds = Array.from({ length: Math.ceil((until - from) / 1_000) }, () => 0);
    for (const { second, count } of rows) seconds[second] = Number(count);
    return seconds;
  }

  /** From acceptance to the end, for commands accepted in this period to devices whose id begins so. */
  async latency({ from, until }: Period, devicePrefix: string): Promise<Latency> {
    const [row] = await this.ask<{ count: string; p50: string | null; p99: string | null }>(
      `with finished as (
         select min(event.at) - accepted_at as took from command join command_event as event using (command_id)
         where accepted_at >= $1 and accepted_at < $2 and starts_with(device_id, $3) and type in ${FINAL_EVENTS}
           and command_id >= $4 group by command_id, accepted_at
       ) select count(*), percentile_disc(0.5) within group (order by took) as p50,
           percentile_disc(0.99) within group (order by took) as p99 from finished`,
      [from, until, devicePrefix, firstCommandIdAt(from - 60_000)],
    );
    return { count: Number(row!.count), p50Ms: Number(row!.p50), p99Ms: Number(row!.p99) };
  }

  /** What is not over yet of the commands accepted since: in words, empty when everything is. */
  async unsettled(since: number): Promise<string[]> {
    const first = firstCommandIdAt(since);
    const questions = {
      'commands not final': [
        'select count(*) from command where command_id >= $1 and status <> all($2::text[])',
        [first, FINAL_STATUSES],
      ],
      'webhooks not over': [
        `select count(*) from webhook_delivery where command_id >= $1 and status = 'pending'`,
        [first],
      ],
      'facts not published': ['select count(*) from outbox where command_id >= $1', [first]],
    } as const;
    const left: string[] = [];
    for (const [what, [text, values]] of Object.entries(questions)) {
      const count = await this.count(text, values);
      if (count > 0) left.push(`${count} ${what}`);
    }
    return left;
  }

  /** Of these commands: those that are not there at all, and those that are not final; with what they are. */
  async notFinal(ids: readonly CommandId[]): Promise<{ id: string; status: string }[]> {
    return this.ask(
      `select asked.id, coalesce(status, 'missing') as status
         from unnest($1::text[]) as asked (id) left join command on command_id = asked.id::bigint
         where status is null or status <> all($2::text[])`,
      [ids, FINAL_STATUSES],
    );
  }

  /** Of these commands: those that are not in this status. */
  async notIn(status: string, ids: readonly CommandId[]): Promise<{ id: string; status: string }[]> {
    return this.ask(
      `select asked.id, coalesce(status, 'missing') as status
         from unnest($1::text[]) as asked (id) left join command on command_id = asked.id::bigint
         where status is distinct from $2`,
      [ids, status],
    );
  }

  /** Values of this parameter that more than one command accepted since has. */
  async repeated(parameter: string, since: number): Promise<{ value: string; count: number }[]> {
    return this.ask(
      `select request #>> array['parameters', $1] as value, count(*)::integer as count from command
         where command_id >= $2 and request #>> array['parameters', $1] is not null group by 1 having count(*) > 1`,
      [parameter, firstCommandIdAt(since)],
    );
  }

  private async count(text: string, values: readonly unknown[]): Promise<number> {
    return Number((await this.ask<{ count: string }>(text, values))[0]!.count);
  }

  private async ask<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    for (const deadline = performance.now() + PATIENCE_MS; ; await wait(200)) {
      try {
        return await this.askOnce<Row>(text, values);
      } catch (error) {
        if (!isFault(error) || !error.retryable || performance.now() > deadline) throw error;
      }
    }
  }

  private async askOnce<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({
      connectionString: this.databaseUrl,
      application_name: 'downlink-log-watch',
      connectionTimeoutMillis: 10_000,
      query_timeout: 30_000,
    });
    // The question fails besides; without a listener the process would end.
    client.on('error', () => undefined);
    await asFault(client.connect());
    try {
      return (await asFault(client.query<Row>(text, [...values]))).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
