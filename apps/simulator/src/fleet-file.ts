import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { behaviours, type Behaviour } from './behaviour.js';
import { deviceProtocols, type SimulatedWireFormat } from './device-protocol.js';

/** Devices that behave alike. */
export interface DeviceGroup {
  readonly ids: readonly string[];
  readonly wireFormat: SimulatedWireFormat;
  readonly behaviour: Behaviour;
  readonly secret?: string;
  readonly delayMs?: number;
  readonly sharedSockets?: number;
  readonly absences?: { readonly awakeMs?: number; readonly awayMs?: number };
}

const namesOf = <T extends object>(choices: T) => Object.keys(choices) as (keyof T & string)[];
const milliseconds = z.number().int().min(0).max(86_400_000).optional();

const GROUP = z
  .strictObject({
    behaviour: z.enum(namesOf(behaviours)),
    wireFormat: z.enum(namesOf(deviceProtocols)).default('native'),
    /** Either names, or how many to number. */
    ids: z.array(z.string().min(1)).min(1).optional(),
    devices: z.number().int().min(1).max(100_000).optional(),
    prefix: z.string().optional(),
    secret: z.string().optional(),
    delayMs: milliseconds,
    awakeMs: milliseconds,
    awayMs: milliseconds,
    sharedSockets: z.number().int().min(1).max(1_000).optional(),
  })
  .refine(({ ids, devices }) => (ids === undefined) !== (devices === undefined), {
    message: 'give ids or devices, not both',
  });

/** Reads the description of a mixed fleet. @throws Error naming the file and what is wrong in it */
export function readFleet(file: string): DeviceGroup[] {
  return parseFleet(readFileSync(file, 'utf8'), file);
}

/** @param where what the text is called in messages */
export function parseFleet(text: string, where: string): DeviceGroup[] {
  const read = z.array(GROUP).min(1).safeParse(JSON.parse(text));
  if (!read.success) throw new Error(`${where}: ${z.prettifyError(read.error)}`);
  return read.data.map(({ ids, devices = 0, prefix, awakeMs, awayMs, ...group }) => ({
    ...definedOf(group),
    wireFormat: group.wireFormat,
    behaviour: group.behaviour,
    ids: ids ?? numberedIds(prefix ?? `${group.behaviour}-`, devices),
    absences: definedOf({ awakeMs, awayMs }),
  }));
}

export const numberedIds = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${prefix}${n}`);

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function definedOf<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Defined<T>;
}
