import type { ClientBase } from 'pg';

/** Daily partitions come and go; everything about them follows from their parent. */
const LASTING = `not (relispartition and relname ~ '_[0-9]{8}$')`;

const FUNCTIONS = `select pg_get_functiondef(p.oid) || ';' as text from pg_proc p
  where pronamespace = 'public'::regnamespace order by proname, pg_get_function_identity_arguments(p.oid)`;

const TABLES = `select c.relname as name, format(E'create %stable %I%s%s%s;',
    case when c.relpersistence = 'u' then 'unlogged ' else '' end, c.relname,
    case when c.relispartition
      then format(' partition of %s %s', (select inhparent::regclass from pg_inherits where inhrelid = c.oid), pg_get_expr(c.relpartbound, c.oid))
      else format(E' (\\n%s\\n)', (
        select string_agg(line, E',\\n' order by rank, place collate "C") from (
          select 1 as rank, lpad(attnum::text, 4, '0') as place, format('  %I %s%s%s%s', attname, format_type(atttypid, atttypmod),
            case when attcollation <> typcollation then ' collate ' || attcollation::regcollation else '' end,
            case when attidentity <> '' then ' generated always as identity'
              when attgenerated = 's' then ' generated always as (' || pg_get_expr(adbin, adrelid) || ') stored'
              when adbin is not null then ' default ' || pg_get_expr(adbin, adrelid) else '' end,
            case when attnotnull then ' not null' else '' end) as line
          from pg_attribute join pg_type on pg_type.oid = atttypid left join pg_attrdef on adrelid = attrelid and adnum = attnum
          where attrelid = c.oid and attnum > 0 and not attisdropped
          union all
          select 2, contype::text || conname, format('  constraint %I %s', conname, pg_get_constraintdef(oid))
          from pg_constraint where conrelid = c.oid and contype <> 'n'
        ) as lines)) end,
    case when c.relkind = 'p' then ' partition by ' || pg_get_partkeydef(c.oid) else '' end,
    case when c.reloptions is null then '' else ' with (' || array_to_string(c.reloptions, ', ') || ')' end) as text
  from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and ${LASTING} order by c.relname`;

const INDEXES = `select c.relname as name, pg_get_indexdef(indexrelid) || ';' as text from pg_index join pg_class c on c.oid = indrelid
  where c.relnamespace = 'public'::regnamespace and ${LASTING}
    and not exists (select from pg_constraint where conindid = indexrelid)
    and not exists (select from pg_inherits where inhrelid = indexrelid) order by indexrelid::regclass::text`;

const COMMENTS = `select c.relname as name, format('comment on %s %I%s is %L;', case when objsubid = 0 then 'table' else 'column' end, c.relname,
    coalesce('.' || quote_ident(attname), ''), description) as text
  from pg_description join pg_class c on c.oid = objoid left join pg_attribute on attrelid = c.oid and attnum = objsubid and objsubid > 0
  where classoid = 'pg_class'::regclass and c.relnamespace = 'public'::regnamespace and ${LASTING} order by c.relname, objsubid`;

/**
 * The schema as the server knows it, as text that changes only when the schema does: reviewers see what a migration leads to.
 * To be read and compared, not to be run.
 */
export async function dumpSchema(client: ClientBase): Promise<string> {
  const functions = await client.query<{ text: string }>(FUNCTIONS);
  const tables = await client.query<{ name: string; text: string }>(TABLES);
  const belongings = [
    ...(await client.query<{ name: string; text: string }>(INDEXES)).rows,
    ...(await client.query<{ name: string; text: string }>(COMMENTS)).rows,
  ];
  const sections = tables.rows.map(({ name, text }) =>
    [text, ...belongings.filter((belonging) => belonging.name === name).map((belonging) => belonging.text)].join('\n'),
  );
  return [...functions.rows.map(({ text }) => text), ...sections].join('\n\n') + '\n';
}
