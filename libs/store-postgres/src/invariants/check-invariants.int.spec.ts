import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '@downlink/testing';
import pg from 'pg';
import { checkInvariants, reportInvariants, UnreadableWire, type ReceivedBody } from './index.js';
import { LIVED, liveThroughEverything } from './spec-support/live-through-everything.js';

const SLACK_MS = 30_000;
const WIRE = [
  { deviceId: 'a', key: LIVED.succeeded, attempt: 1, executed: true, at: 1 },
  { deviceId: 'b', key: LIVED.putBack, attempt: 2, executed: true, at: 2 },
  { deviceId: 'c', key: LIVED.timedOut, attempt: 1, executed: true, at: 3 },
  { deviceId: 'c', key: LIVED.timedOut, attempt: 2, executed: false, at: 4 },
  { deviceId: 'g', key: '1', executed: true, at: 5 },
];

interface Plant {
  readonly sql?: readonly string[];
  readonly wire?: readonly object[];
  readonly received?: readonly ReceivedBody[];
  /** `rule subject: detail`, each a pattern, in the order of the report. */
  readonly breaches: readonly RegExp[];
}

const { succeeded, failed, canceled, putBack, timedOut, expired, underWay, withdrawn, waiting, replaced, successor } =
  LIVED;
const event = (command: string, version: number, type: string, data: string) =>
  `insert into command_event values (${command}, ${version}, '${type}', now_ms(), '${data}')`;
const inEvent = (command: string, version: number, path: string, value: string) =>
  `update command_event set data = jsonb_set(data, '${path}', '${value}') where command_id = ${command} and version = ${version}`;
const inHead = (command: string, column: 'request' | 'state', path: string, value: string) =>
  `update command set ${column} = jsonb_set(${column}, '${path}', '${value}') where command_id = ${command}`;

const deadLetter = (device: string, state: string, at: string) =>
  `insert into dead_letter (topic, topic_partition, topic_offset, recorded_at, groups, device_id, attempts, error, size, state, created_at, settled_at)
   values ('facts', 0, 1, 1, array['dispatcher'], '${device}', 1, 'planted', 0, '${state}', ${at}, ${state === 'open' ? 'null' : at})`;

const PLANTS: Readonly<Record<string, Plant>> = {
  'rule 1: an overdue command': {
    sql: [
      inEvent(underWay, 2, '{waitUntil}', '1000'),
      inHead(underWay, 'state', '{waitUntil}', '1000'),
      `update command set due_at = 1000 where command_id = ${underWay}`,
    ],
    breaches: [/^1 command \d{19}: sending, due \d+ ms ago/],
  },
  'rule 1: a command that has not expired behind a dead letter': {
    sql: [
      deadLetter('z', 'open', 'now_ms()'),
      `update device_lane set blocked_by = (select max(id)::text from dead_letter) where device_id = (select device_id from command where command_id = ${waiting})`,
      `update dead_letter set device_id = (select device_id from command where command_id = ${waiting})`,
      inEvent(waiting, 1, '{expiresAt}', '1000'),
      inHead(waiting, 'state', '{expiresAt}', '1000'),
      `update command set due_at = 1000 where command_id = ${waiting}`,
    ],
    breaches: [/^1 command \d{19}: queued, due \d+ ms ago/],
  },
  'a dead letter that blocks nothing': {
    sql: [deadLetter('a', 'open', '1000')],
    breaches: [/^dead-letters device a: dead letter \d+ is open and blocks nothing/],
  },
  'a lane that was left blocked': {
    sql: [
      deadLetter('a', 'discarded', '1000'),
      `update device_lane set blocked_by = (select max(id)::text from dead_letter) where device_id = 'a'`,
    ],
    breaches: [/^dead-letters device a: blocked by \d+, which is no open dead letter/],
  },
  'rule 1: a command that nobody will ever look at again': {
    sql: [`update command set due_at = null where command_id = ${waiting}`],
    breaches: [/^1 .*: queued without any deadline/, /^2 .*: head.due_at is null, the events say \d+/],
  },
  'rule 2: a missing version': {
    sql: [`delete from command_event where command_id = ${failed} and version = 3`],
    breaches: [/^2 .*: version 3 is missing/],
  },
  'rule 2: a transition that is not in the table': {
    sql: [event(failed, 5, 'CommandDelivered', '{"answerBy": 9000000000000}')],
    breaches: [/^2 .*: version 5: CommandDelivered in state failed/],
  },
  'rule 2: a head that says something else than its events': {
    sql: [`update command set status = 'failed' where command_id = ${succeeded}`],
    breaches: [/^2 .*: head.status is "failed", the events say "succeeded"/],
  },
  'rule 2: events without a head': {
    sql: [`delete from command where command_id = ${succeeded}`],
    breaches: [/^2 .*: events without a head/],
  },
  'rule 2: a head without events': {
    sql: [`delete from command_event where command_id = ${withdrawn}`],
    breaches: [/^2 .*: a head without any event/],
  },
  'rule 3: two in flight at once': {
    sql: [
      `update command_event set at = at + 60000 where command_id = ${failed} and type = 'CommandFailed'`,
      `update command set state = jsonb_set(state, '{finishedAt}', to_jsonb((state->>'finishedAt')::bigint + 60000)) where command_id = ${failed}`,
    ],
    breaches: [/^3 device b: command \d+ started while \d+ was in flight/, /^3 device b/],
  },
  'rule 3: an overtaking': {
    sql: [
      inEvent(failed, 1, '{lanePosition}', '3'),
      inHead(failed, 'state', '{lanePosition}', '3'),
      inEvent(putBack, 1, '{lanePosition}', '1'),
      inHead(putBack, 'state', '{lanePosition}', '1'),
      `update command set lane_position = 4 - lane_position where command_id in (${failed}, ${putBack})`,
    ],
    breaches: [/^3 device b: command \d+ at lane position 1 started after position 3/],
  },
  'rule 4: an attempt too many': {
    sql: [
      inEvent(timedOut, 1, '{request,policy,maxRetransmit}', '0'),
      inHead(timedOut, 'request', '{policy,maxRetransmit}', '0'),
    ],
    breaches: [/^4 .*: 2 attempts, allowed are 1/],
  },
  'rule 4: an attempt after expiry': {
    sql: [inEvent(succeeded, 1, '{expiresAt}', '5'), inHead(succeeded, 'state', '{expiresAt}', '5')],
    breaches: [/^4 .*: an attempt started \d+ ms after expiry/],
  },
  'rule 4: an attempt after a cancel': {
    sql: [event(withdrawn, 3, 'AttemptStarted', '{"attempt": 1, "waitUntil": 9000000000000}')],
    breaches: [/^2 .*: version 3: AttemptStarted in state canceled/, /^4 .*: an attempt started after CommandCanceled/],
  },
  'rule 4: a publish of an attempt that had not started': {
    wire: [{ deviceId: 'a', key: succeeded, attempt: 2, executed: false, at: 9 }],
    breaches: [/^4 device a: got \d+ attempt 2, of which no attempt had started/],
  },
  'rule 4: a publish of a canceled command': {
    wire: [{ deviceId: 'b', key: canceled, attempt: 1, executed: true, at: 9 }],
    breaches: [/^4 device b: got \d+ attempt 1/],
  },
  'rule 4: a publish to the wrong device': {
    wire: [{ deviceId: 'b', key: succeeded, attempt: 1, executed: false, at: 9 }],
    breaches: [/^4 device b: got \d+ attempt 1/],
  },
  'rule 4: a publish whose correlation belongs to no command': {
    wire: [{ deviceId: 'g', key: '2', executed: true, at: 9 }],
    breaches: [/^4 device g: got 2, of which no attempt had started/],
  },
  'rule 5: a command executed twice': {
    wire: [{ deviceId: 'a', key: succeeded, attempt: 1, executed: true, at: 9 }],
    breaches: [/^5 device a: executed \d+ 2 times/],
  },
  'rule 5: a second answer that decides again': {
    sql: [event(failed, 5, 'CommandSucceeded', '{"result": null}')],
    breaches: [/^2 .*: version 5: CommandSucceeded in state failed/, /^5 .*: 2 answers changed its state/],
  },
  'rule 6: a lane over its cap': {
    sql: [inEvent(putBack, 1, '{request,policy,laneCap}', '1'), inHead(putBack, 'request', '{policy,laneCap}', '1')],
    breaches: [/^6 device b: command \d+ was accepted as number 2 of at most 1/],
  },
  'rule 7: an event that nobody was told of': {
    sql: [`delete from webhook_attempt where version = 4`, `delete from webhook_delivery where version = 4`],
    breaches: [/^7 .*: CommandDelivered \(version 4\) has no webhook/],
  },
  'rule 7: a delivery that was forgotten': {
    sql: [
      'delete from webhook_attempt where version = 5',
      `update webhook_delivery set status = 'pending', attempts = 0, next_at = 1000 where version = 5`,
    ],
    breaches: [/^7 webhook \d+-5: should have been tried \d+ ms ago/],
  },
  'rule 7: a webhook about an event that never was': {
    sql: [
      `insert into webhook_delivery select command_id, 99, shard, application_id, device_id, url, content_type, body, 'exhausted', 0, null
         from webhook_delivery where version = 3`,
    ],
    breaches: [/^7 webhook \d+-99: tells of an event that is not in the log/],
  },
  'rule 7: a success without an attempt': {
    sql: [`delete from webhook_attempt where version = 4 and outcome = 'succeeded'`],
    breaches: [/^7 webhook \d+-4: succeeded after 2 attempts, of 1 that are recorded 0 succeeded/],
  },
  'rule 7: webhooks out of order': {
    sql: [`update webhook_attempt set started_at = started_at + 1500 where version = 3 and attempt = 2`],
    breaches: [/^7 command \d+: its webhook of version 4 was sent before the one of version 3 was over/, /^7 /],
  },
  'rule 7: webhooks out of order, where the one before failed in the end': {
    sql: [
      `update webhook_attempt set outcome = 'failed', started_at = started_at + 1500 where version = 3 and attempt = 2`,
      `update webhook_delivery set status = 'exhausted' where version = 3`,
    ],
    breaches: [/^7 command \d+: its webhook of version 4 was sent before the one of version 3 was over/, /^7 /],
  },
  'rule 7: one webhook in two wordings': {
    received: [{ webhookId: `${succeeded}-3`, body: '{}' }],
    breaches: [/^7 webhook \d+-3: 2 different bodies/],
  },
  'rule 9: a key that stands for nothing': {
    sql: [`update idempotency_key set command_id = 1 where key = 'key-1'`],
    breaches: [/^9 key key-1 of application app-1: stands for command 1, which is not there/],
  },
  'rule 9: a key that stands for the command of another application': {
    sql: [`update idempotency_key set application_id = 'app-2' where key = 'key-1'`],
    breaches: [/^9 key key-1 of application app-2: stands for command \d+ of application app-1/],
  },
  'rule 9: a key that got its command from another call': {
    sql: [`update idempotency_key set used_at = used_at + 5 where key = 'key-1'`],
    breaches: [/^9 key key-1 of application app-1: was used 5 ms after its command was accepted/],
  },
  'rule 9: a command that two keys stand for': {
    sql: [
      `update idempotency_key set (command_id, used_at) = (select command_id, used_at from idempotency_key where key = 'key-1') where key = 'key-2'`,
    ],
    breaches: [/^9 command \d+: 2 keys stand for it/],
  },
  'rule 11: a command that expired early': {
    sql: [
      `update command_event set at = at - 3600000 where command_id = ${expired} and type = 'CommandExpired'`,
      `update command set state = jsonb_set(state, '{finishedAt}', to_jsonb((state->>'finishedAt')::bigint - 3600000)) where command_id = ${expired}`,
    ],
    breaches: [/^11 .*: CommandExpired \d+ ms before its time/],
  },
  'rule 11: a timeout that came early': {
    sql: [
      `update command_event set at = at - 3600000 where command_id = ${timedOut} and type = 'CommandTimedOut'`,
      `update command set state = jsonb_set(state, '{finishedAt}', to_jsonb((state->>'finishedAt')::bigint - 3600000)) where command_id = ${timedOut}`,
    ],
    breaches: [/^11 .*: CommandTimedOut \d+ ms before its time/],
  },
  'rule 11: deadlines that fire late': {
    sql: [
      `update command_event set at = at + 3600000 where command_id = ${expired} and type = 'CommandExpired'`,
      `update command set state = jsonb_set(state, '{finishedAt}', to_jsonb((state->>'finishedAt')::bigint + 3600000)) where command_id = ${expired}`,
    ],
    breaches: [/^11 deadlines: lateness p99 is 36\d+ ms, allowed are 30000/],
  },
  'a command superseded by one that is not there': {
    sql: [
      inEvent(replaced, 2, '{by}', `"${BigInt(successor) + 7n}"`),
      inHead(replaced, 'state', '{by}', `"${BigInt(successor) + 7n}"`),
    ],
    breaches: [/^superseded command \d+: superseded by \d+, which is not there/],
  },
  'a command superseded by one of another lane': {
    sql: [inEvent(replaced, 2, '{by}', `"${waiting}"`), inHead(replaced, 'state', '{by}', `"${waiting}"`)],
    breaches: [/^superseded command \d+: superseded by \d+, which is another lane's or application's/],
  },
  'a command superseded by an earlier one': {
    sql: [
      inEvent(replaced, 1, '{lanePosition}', '2'),
      inHead(replaced, 'state', '{lanePosition}', '2'),
      inEvent(successor, 1, '{lanePosition}', '1'),
      inHead(successor, 'state', '{lanePosition}', '1'),
      `update command set lane_position = 3 - lane_position, queue_pos = 3 - queue_pos where command_id in (${replaced}, ${successor})`,
    ],
    breaches: [/^superseded command \d+: superseded by \d+, which came before it/],
  },
  'a command superseded while its attempt was out': {
    sql: [event(underWay, 3, 'CommandSuperseded', `{"by": "${underWay}"}`)],
    breaches: [
      /^2 .*: version 3: CommandSuperseded in state sending/,
      /^superseded command \d+: superseded by \d+, which came before it/,
      /^superseded command \d+: superseded while an attempt was out/,
    ],
  },
  'a lane that counts wrong': {
    sql: [`update device_lane set queued = queued + 1 where device_id = 'f'`],
    breaches: [/^lanes device f: counts 2 queued, there are 1/],
  },
  'a lane that is held by nobody': {
    sql: [`update device_lane set in_flight = ${succeeded}, in_flight_since = 1 where device_id = 'a'`],
    breaches: [/^lanes device a: has in flight \d+, the heads say nothing/],
  },
  'a lane that would give a position twice': {
    sql: [`update device_lane set next_position = 1 where device_id = 'b'`],
    breaches: [/^lanes device b: would give position 1 again, 3 is taken/],
  },
  'a lane that is gone': {
    sql: [`delete from device_lane where device_id = 'a'`],
    breaches: [/^lanes device a: commands, but no lane/],
  },
  'a fact that was never published': {
    sql: [`insert into outbox values (${succeeded}, 1, 0, 1000)`],
    breaches: [/^outbox command \d+: version 1 has waited \d+ ms to be published/],
  },
  'a pointer at nothing': {
    sql: [`insert into outbox values (${succeeded}, 77, 0, now_ms() + 60000)`],
    breaches: [/^outbox command \d+: the outbox points at version 77, which is not there/],
  },
};

describe('the invariants', () => {
  let database: TestDatabase;
  let folder: string;

  beforeEach(async () => {
    database = await createTestDatabase({ template: liveThroughEverything, templateName: 'invariants' });
    folder = await mkdtemp(join(tmpdir(), 'downlink-invariants-'));
  });

  afterEach(async () => {
    await database.drop();
    await rm(folder, { recursive: true });
  });

  async function recordWire(lines: readonly object[]): Promise<string> {
    const file = join(folder, 'wire.jsonl');
    await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    return file;
  }

  async function options(plant: Omit<Plant, 'breaches'>) {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    for (const statement of plant.sql ?? []) {
      const { rowCount } = await client.query(statement);
      if (rowCount === 0) throw new Error(`planted nothing: ${statement}`);
    }
    const { rows } = await client.query<{ now: string }>('select now_ms() as now');
    await client.end();
    const wires = [await recordWire([...WIRE, ...(plant.wire ?? [])])];
    // A minute later: what should have happened meanwhile is overdue by more than the slack.
    const now = Number(rows[0]!.now) + 60_000;
    return { databaseUrl: database.url, wires, slackMs: SLACK_MS, now, received: plant.received ?? [] };
  }

  it('hold on what the engine itself has written, and every rule has looked at something', async () => {
    const reports = await reportInvariants(await options({}));
    expect(reports.flatMap(({ breaches }) => breaches)).toEqual([]);
    expect(reports.filter(({ checked }) => checked === 0).map(({ rule }) => rule)).toEqual(['outbox']);
  });

  it('hold where a notifier stood still in the middle of an attempt, and another one took over', async () => {
    const stoodStill = [
      `insert into webhook_attempt (command_id, version, attempt, started_at, duration_ms, outcome, error)
         select command_id, version, 3, started_at, 17000, 'failed', 'timeout' from webhook_attempt where version = 3 and attempt = 2`,
      'update webhook_delivery set attempts = 3 where version = 3',
    ];
    expect(await checkInvariants(await options({ sql: stoodStill }))).toEqual([]);
  });

  it.each(Object.entries(PLANTS))('report %s, and nothing else', async (_name, plant) => {
    const breaches = await checkInvariants(await options(plant));
    const lines = breaches.map(({ rule, subject, detail }) => `${rule} ${subject}: ${detail}`);
    expect(lines).toEqual(plant.breaches.map((pattern) => expect.stringMatching(pattern)));
  });

  it('refuse a file that is no recorded wire, naming the line', async () => {
    const wires = [await recordWire([WIRE[0]!, { deviceId: 7 }])];
    await expect(checkInvariants({ databaseUrl: database.url, wires, slackMs: 0 })).rejects.toThrow(UnreadableWire);
    await expect(checkInvariants({ databaseUrl: database.url, wires, slackMs: 0 })).rejects.toThrow(/wire\.jsonl:2/);
  });

  it('read a log of any length a page at a time, and tear no command apart', async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(`
      insert into command_event select command_id + n * 100, version, type, at, data
        from command_event, generate_series(1, 200) as n where command_id in (${failed}, ${timedOut}, ${succeeded});
      insert into command select command_id + n * 100, version, application_id, device_id, shard, lane_position, status,
        queue_pos, due_at, accepted_at, request, state from command, generate_series(1, 200) as n
        where command_id in (${failed}, ${timedOut}, ${succeeded});`);
    await client.query(`delete from command_event where command_id = ${succeeded}::bigint + 150 * 100 and version = 2`);
    await client.end();
    const reports = await reportInvariants(await options({}));
    const histories = reports.find(({ rule }) => rule === '2')!;
    expect(histories.checked).toBe(12 + 600);
    expect(histories.breaches).toEqual([
      { rule: '2', subject: `command ${BigInt(succeeded) + 15_000n}`, detail: 'version 2 is missing' },
    ]);
  });
});
