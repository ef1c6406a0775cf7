import { BODY_LIMIT } from '@downlink/northbound-kit';
import { z } from 'zod';
import { problem, Problem, type FieldError } from '../errors/problem.js';
import { fieldErrors, read } from '../wire/read.js';
import { batchDevice, batchItem, commandsBody, devicesBody } from '../wire/submit-batch.js';
import type { SubmitCommandBody } from '../wire/submit-command.js';
import { keyOfItem } from './idempotency-key.js';

/** One item as it was read, or why it cannot be. */
export type BatchItem =
  | { readonly body: SubmitCommandBody; readonly key: string | undefined; readonly path: string }
  | { readonly refusal: Problem; readonly deviceId: string | null };

export interface BatchOptions {
  /** The key of the request as a whole: each item that has none of its own gets one made of it. */
  readonly key: string | undefined;
  /** What the commands may come to when they are written out one by one, in bytes. */
  readonly sizeLimit: number;
}

/**
 * Reads a batch in either form. What is wrong with one item is that item's refusal, with its path.
 * @throws Problem `validation-failed` or `too-large` for what concerns the whole
 */
export function readBatch(value: unknown, options: BatchOptions): BatchItem[] {
  const body = withoutNulls(value);
  return 'devices' in body || 'command' in body ? readDevices(body, options) : readCommands(body, options);
}

function readCommands(body: object, { key }: BatchOptions): BatchItem[] {
  return read(commandsBody, body).commands.map((item, index) => {
    const path = `commands[${String(index)}]`;
    const deviceId = deviceIdIn(item);
    const parsed = batchItem.safeParse(item);
    if (!parsed.success) return refusal(fieldErrors(parsed.error), path, deviceId);
    if (sizeOf(item) > BODY_LIMIT) return { refusal: tooLarge(BODY_LIMIT), deviceId };
    const { idempotencyKey = key && keyOfItem(key, String(index)), ...command } = parsed.data;
    return { body: command, key: idempotencyKey, path };
  });
}

function readDevices(body: object, { key, sizeLimit }: BatchOptions): BatchItem[] {
  const { devices, command } = read(devicesBody, body);
  const size = sizeOf(command);
  if (size > BODY_LIMIT) throw tooLarge(BODY_LIMIT);
  if (size * devices.length > sizeLimit) throw tooLarge(sizeLimit);
  const firstAt = new Map<string, number>();
  return devices.map((device, index) => {
    const path = `devices[${String(index)}]`;
    const parsed = batchDevice.safeParse(device);
    if (!parsed.success) return refusal(fieldErrors(parsed.error), path, typeof device === 'string' ? device : null);
    const deviceId = parsed.data;
    const first = firstAt.get(deviceId);
    if (first !== undefined)
      return refusal([{ path: '', message: `repeats devices[${String(first)}]` }], path, deviceId);
    firstAt.set(deviceId, index);
    return { body: { deviceId, ...command }, key: key && keyOfItem(key, deviceId), path: 'command' };
  });
}

function refusal(errors: readonly FieldError[], path: string, deviceId: string | null): BatchItem {
  return { refusal: withPath(problem('validation-failed', { errors }), path), deviceId };
}

/** The problem with its paths as they are in the whole body. */
export function withPath(refused: Problem, path: string): Problem {
  const { errors, ...more } = refused.more;
  if (errors === undefined) return refused;
  const whole = errors.map((error) => ({ ...error, path: error.path === '' ? path : `${path}.${error.path}` }));
  return problem(refused.code, { ...more, errors: whole });
}

function tooLarge(limit: number): Problem {
  return problem('too-large', { detail: `written out, it may have ${String(limit)} bytes` });
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** Null means absent, also for the members that tell the two forms apart. */
function withoutNulls(value: unknown): object {
  const body = read(z.record(z.string(), z.unknown()), value);
  return Object.fromEntries(Object.entries(body).filter(([, member]) => member !== null));
}

function deviceIdIn(item: unknown): string | null {
  const id: unknown = typeof item === 'object' && item !== null && 'deviceId' in item ? item.deviceId : null;
  return typeof id === 'string' ? id : null;
}
