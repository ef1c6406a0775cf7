import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseCommandId } from '@downlink/command-domain';
import type { ClientBase } from 'pg';
import { z } from 'zod';

/** A line of a recorded wire, as `npm run simulate -- --record FILE` writes it. */
const LINE = z.object({
  deviceId: z.string(),
  key: z.string(),
  attempt: z.number().int().optional(),
  executed: z.boolean(),
  at: z.number(),
});
type Line = z.infer<typeof LINE>;

const SLICE = 5_000;

/** A file that is not a recorded wire, and where it stops being one. */
export class UnreadableWire extends Error {}

/**
 * Loads recorded wires into the temporary table `recorded_wire` of this connection.
 * @throws UnreadableWire naming file and line; the system's error when a file cannot be opened.
 */
export async function loadWires(client: ClientBase, files: readonly string[]): Promise<void> {
  await client.query(`create temporary table recorded_wire (
    device_id text collate "C", key text, command_id bigint, correlation integer, attempt integer, executed boolean, at bigint)`);
  for (const file of files) {
    let slice: Line[] = [];
    let number = 0;
    for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      number += 1;
      if (text.trim() === '') continue;
      slice.push(readLine(text, `${file}:${number}`));
      if (slice.length < SLICE) continue;
      await insert(client, slice);
      slice = [];
    }
    await insert(client, slice);
  }
  await client.query('analyze recorded_wire');
}

function readLine(text: string, where: string): Line {
  try {
    return LINE.parse(JSON.parse(text));
  } catch (cause) {
    throw new UnreadableWire(`${where} is no line of a recorded wire: ${text.slice(0, 200)}`, { cause });
  }
}

async function insert(client: ClientBase, lines: readonly Line[]): Promise<void> {
  await client.query(
    `insert into recorded_wire select * from unnest($1::text[], $2::text[], $3::bigint[], $4::int[], $5::int[], $6::boolean[], $7::bigint[])`,
    [
      lines.map(({ deviceId }) => deviceId),
      lines.map(({ key }) => key),
      lines.map(({ key }) => parseCommandId(key) ?? null),
      lines.map(({ key }) => (/^\d{1,5}$/.test(key) ? Number(key) : null)),
      lines.map(({ attempt }) => attempt ?? null),
      lines.map(({ executed }) => executed),
      lines.map(({ at }) => Math.trunc(at)),
    ],
  );
}
