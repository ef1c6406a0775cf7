/** The bare baseline's tables: an event log, a head and an outbox row a command, and nothing that the product is for. */
export const BARE_SCHEMA = `
create table if not exists bare_event (command_id bigint, version int, data jsonb, primary key (command_id, version));
create table if not exists bare_head (command_id bigint primary key, status text not null, state jsonb not null);
create table if not exists bare_outbox (command_id bigint, version int, primary key (command_id, version));`;

export interface BareCommand {
  readonly commandId: string;
  readonly deviceId: string;
  readonly callbackUrl: string;
  readonly method: string;
  readonly parameters: unknown;
}

export const INSERT = {
  text: `with row as (select * from unnest($1::bigint[], $2::jsonb[]) as row(id, data)),
    logged as (insert into bare_event select id, 1, data from row),
    pointed as (insert into bare_outbox select id, 1 from row)
    insert into bare_head select id, 'accepted', data from row`,
  values: (commands: readonly BareCommand[]) => [
    commands.map(({ commandId }) => commandId),
    commands.map((command) => JSON.stringify(command)),
  ],
};

export const ANSWER = {
  text: `with row as (select * from unnest($1::bigint[], $2::jsonb[]) as row(id, data)),
    logged as (insert into bare_event select id, 2, data from row on conflict do nothing),
    gone as (delete from bare_outbox using row where bare_outbox.command_id = row.id)
    update bare_head set status = 'answered' from row where bare_head.command_id = row.id`,
  values: (answers: readonly { commandId: string; answer: unknown }[]) => [
    answers.map(({ commandId }) => commandId),
    answers.map(({ answer }) => JSON.stringify(answer)),
  ],
};

export const COMMANDS_TOPIC = 'bare.commands';
export const ANSWERS_TOPIC = 'bare.answers';
