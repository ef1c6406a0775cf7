import pg from 'pg';
import { asFault } from '../pools/pg-fault.js';
import type { Breach, Examination, Findings, ReceivedBody } from './invariant.js';
import { loadWires } from './load-wires.js';
import { INVARIANTS } from './rules/index.js';

export interface InvariantsOptions {
  /** postgres://user:password@host:port/database */
  readonly databaseUrl: string;
  /** Files that `npm run simulate -- --record FILE` wrote. */
  readonly wires?: readonly string[];
  /** What receivers of webhooks recorded. */
  readonly received?: readonly ReceivedBody[];
  /** ms since 1970; the database's own clock unless given. */
  readonly now?: number;
  /** How late something may be before it counts as a breach, in ms. */
  readonly slackMs: number;
}

/** One line of the report. */
export interface RuleReport extends Findings {
  readonly rule: string;
  readonly title: string;
  readonly breaches: readonly Breach[];
}

/** Rules of RULES.md that the tables say nothing about, and who shows them in place of this. */
export const NOT_CHECKED_HERE: readonly { readonly rule: string; readonly why: string }[] = [
  { rule: '8', why: 'offsets and acknowledgements leave no trace in the tables: shown by the kill tests' },
  { rule: '10', why: 'about answers, not about tables: shown by the end-to-end tests' },
  { rule: '12', why: 'about answers, not about tables: shown by the end-to-end tests' },
];

/**
 * Checks the rules that hold always on a database, on one snapshot of it; services may go on meanwhile. Writes nothing.
 * @throws Fault `store-unavailable` when the database is away; UnreadableWire for a file that is no recorded wire.
 */
export async function checkInvariants(options: InvariantsOptions): Promise<Breach[]> {
  return (await reportInvariants(options)).flatMap(({ breaches }) => breaches);
}

/** The same, rule by rule, with how much was looked at. */
export async function reportInvariants(options: InvariantsOptions): Promise<RuleReport[]> {
  const client = new pg.Client({
    connectionString: options.databaseUrl,
    application_name: 'downlink-invariants',
    connectionTimeoutMillis: 10_000,
  });
  await asFault(client.connect());
  try {
    const examination = await takeSnapshot(client, options);
    const reports: RuleReport[] = [];
    for (const { rule, title, check } of INVARIANTS) {
      const findings = await asFault(check(examination));
      reports.push({ ...findings, rule, title, breaches: findings.breaches.map((found) => ({ rule, ...found })) });
    }
    return reports;
  } finally {
    await client.end();
  }
}

/** Temporary tables hold what several rules ask for; they end with the connection. */
async function takeSnapshot(client: pg.Client, options: InvariantsOptions): Promise<Examination> {
  const { wires = [], received = [], slackMs } = options;
  await asFault(client.query(`set work_mem = '64MB'; set jit = off`));
  await loadWires(client, wires);
  await asFault(client.query('begin isolation level repeatable read'));
  await asFault(client.query(ACCEPTED_COMMANDS));
  const { rows } = await asFault(client.query<{ now: string }>('select now_ms() as now'));
  const now = options.now ?? Number(rows[0]!.now);
  return { client, now, slackMs, received, hasWires: wires.length > 0 };
}

/** What each command was accepted with, out of the log and not out of the heads. */
const ACCEPTED_COMMANDS = `create temporary table accepted_command on commit drop as
  select command_id, data #>> '{request,deviceId}' collate "C" as device_id,
    (data ->> 'lanePosition')::bigint as lane_position, (data ->> 'expiresAt')::bigint as expires_at,
    (data #>> '{request,policy,maxRetransmit}')::integer as max_retransmit,
    (data #>> '{request,policy,laneCap}')::integer as lane_cap,
    data #>> '{request,mode}' = 'cached' as cached,
    data #>> '{request,mode}' = 'cached' or data #>> '{request,policy,immediate}' = 'join' as in_lane,
    data #>> '{request,callback,url}' is not null as has_callback,
    data #>> '{request,callback,format}' as callback_format
  from command_event where type = 'CommandAccepted' and version = 1;
  create index on accepted_command (command_id);
  create index on accepted_command (device_id);
  analyze accepted_command`;
