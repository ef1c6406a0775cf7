import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { behaviours, type Behaviour } from './behaviour.js';
import { deviceProtocols, type SimulatedWireFormat } from './device-protocol.js';

/** Devices that behave alike. Times are in ms. */
export interface DeviceGroup {
  readonly ids: readonly string[];
  readonly wireFormat: SimulatedWireFormat;
  readonly behaviour: Behaviour;
  readonly secret?: string;
  readonly productKey?: string;
  readonly productSecret?: string;
  readonly delayMs?: number;
  readonly sharedSockets?: number;
  readonly keepSession?: boolean;
  readonly absences?: { readonly awakeMs?: number; readonly awayMs?: number };
  readonly retry?: { readonly firstMs?: number; readonly mostMs?: number };
  readonly timeline?: Timeline;
}

/** What happens to a group in the course of time. */
export interface Timeline {
  /** The group connects so long after the beginning. */
  readonly startAfterMs?: number;
  /** From then on it behaves otherwise; counted from when the group is connected. */
  readonly changeTo?: readonly { readonly behaviour: Behaviour; readonly afterMs: number }[];
  /** All its connections break at once, then; counted likewise. */
  readonly reconnectAtMs?: readonly number[];
}

const namesOf = <T extends object>(choices: T) => Object.keys(choices) as (keyof T & string)[];
const milliseconds = z.number().int().min(0).max(86_400_000);
const behaviour = z.enum(namesOf(behaviours));

const GROUP = z
  .strictObject({
    behaviour,
    wireFormat: z.enum(namesOf(deviceProtocols)).default('native'),
    /** Either names, or how many to number. */
    ids: z.array(z.string().min(1)).min(1).optional(),
    devices: z.number().int().min(1).max(100_000).optional(),
    prefix: z.string().optional(),
    secret: z.string().optional(),
    productKey: z.string().min(1).optional(),
    productSecret: z.string().optional(),
    delayMs: milliseconds.optional(),
    awakeMs: milliseconds.optional(),
    awayMs: milliseconds.optional(),
    retryFirstMs: milliseconds.min(1).optional(),
    retryMostMs: milliseconds.min(1).optional(),
    keepSession: z.boolean().optional(),
    sharedSockets: z.number().int().min(1).max(1_000).optional(),
    startAfterMs: milliseconds.optional(),
    changeTo: z.array(z.strictObject({ behaviour, afterMs: milliseconds })).optional(),
    reconnectAtMs: z.array(milliseconds).optional(),
  })
  .refine(({ ids, devices }) => (ids === undefined) !== (devices === undefined), {
    message: 'give ids or devices, not both',
  })
  .refine((group) => problemOf(group) === undefined, { error: ({ input }) => problemOf(input as DeviceGroup)! });

/** Reads the description of a mixed fleet. @throws Error naming the file and what is wrong in it */
export function readFleet(file: string): DeviceGroup[] {
  return parseFleet(readFileSync(file, 'utf8'), file);
}

/** @param where what the text is called in messages */
export function parseFleet(text: string, where: string): DeviceGroup[] {
  const read = z.array(GROUP).min(1).safeParse(parseJson(text, where));
  if (!read.success) throw new Error(`${where}: ${z.prettifyError(read.error)}`);
  return read.data.map(groupOf);
}

/** What a group cannot be, whoever describes it. */
export function problemOf(group: {
  readonly [K in 'wireFormat' | 'productKey' | 'sharedSockets']?: DeviceGroup[K] | undefined;
}): string | undefined {
  const { wireFormat, productKey, sharedSockets } = group;
  if ((wireFormat === 'enos' || wireFormat === 'quectel') && productKey === undefined)
    return `devices that speak ${wireFormat} need a product key`;
  if (wireFormat === 'enos' && sharedSockets !== undefined)
    return 'devices that speak enos never subscribe, so they cannot share sockets';
  return undefined;
}

export const numberedIds = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${prefix}${n}`);

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${where}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function groupOf(described: z.output<typeof GROUP>): DeviceGroup {
  const { ids, devices = 0, prefix, awakeMs, awayMs, retryFirstMs, retryMostMs, ...rest } = described;
  const { startAfterMs, changeTo, reconnectAtMs, ...group } = rest;
  return {
    ...definedOf(group),
    wireFormat: group.wireFormat,
    behaviour: group.behaviour,
    ids: ids ?? numberedIds(prefix ?? `${group.behaviour}-`, devices),
    absences: definedOf({ awakeMs, awayMs }),
    retry: definedOf({ firstMs: retryFirstMs, mostMs: retryMostMs }),
    timeline: definedOf({ startAfterMs, changeTo, reconnectAtMs }),
  };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the members that are undefined. */
export function definedOf<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Defined<T>;
}
