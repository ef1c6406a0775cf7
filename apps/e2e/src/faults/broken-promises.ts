import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { CommandId } from '@downlink/command-domain';
import type { LogWatch } from '@downlink/store-postgres';

/** What a rule that does not hold, or an application that was treated badly, is reported as. */
export interface FoundBreach {
  readonly rule: string;
  readonly text: string;
}

/** What an application was told, and nobody else knows. */
export interface Promises {
  /** Ids of commands that were accepted. */
  readonly taken: readonly CommandId[];
  /** Ids of commands whose cancel was confirmed. */
  readonly canceled: readonly CommandId[];
  /** Answers that an application should never get, and how often it got them. */
  readonly complaints: ReadonlyMap<string, number>;
}

export interface Evidence {
  readonly watch: LogWatch;
  /** Recordings of what devices received. */
  readonly wires: readonly string[];
  /** ms since 1970 on the database's clock: keys used since then are looked at. */
  readonly since: number;
}

/** Every promise that was not kept: a command lost or unfinished, a cancel undone or published, one key with two commands. */
export async function brokenPromises(
  { taken, canceled, complaints }: Promises,
  { watch, wires, since }: Evidence,
): Promise<FoundBreach[]> {
  const lost = await watch.notFinal(taken);
  const revived = await watch.notIn('canceled', canceled);
  const onWire = await keysOnWire(wires, new Set(canceled));
  const repeated = await watch.repeated('key', since);
  return [
    ...lost.map(({ id, status }) => ({ rule: '1', text: `command ${id}: was taken, is ${status}` })),
    ...revived.map(({ id, status }) => ({
      rule: '4',
      text: `command ${id}: its cancel was confirmed, it is ${status}`,
    })),
    ...onWire.map((id) => ({ rule: '4', text: `command ${id}: published although its cancel was confirmed` })),
    ...repeated.map(({ value, count }) => ({ rule: '9', text: `key ${value}: ${count} commands of one` })),
    ...[...complaints].map(([what, times]) => ({ rule: 'application', text: `${times} times: ${what}` })),
  ];
}

async function keysOnWire(files: readonly string[], wanted: ReadonlySet<string>): Promise<string[]> {
  const found = new Set<string>();
  for (const file of files) {
    for await (const line of createInterface({ input: createReadStream(file) })) {
      const key = /"key":"(\d{19})"/.exec(line)?.[1];
      if (key !== undefined && wanted.has(key)) found.add(key);
    }
  }
  return [...found];
}
