import { createHash } from 'node:crypto';
import type { IdempotencyKey } from '@downlink/command-domain';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { problem } from '../errors/problem.js';

const HEADER = 'Idempotency-Key';

/** Visible ASCII only: two headers of the same name reach us joined by a comma and a space, and are thereby refused. */
export const idempotencyKey = z
  .string()
  .regex(/^[!-~]{1,255}$/, { message: 'expected 1 to 255 visible ASCII characters without spaces' });

/** The key of the request; undefined when there is none. @throws ErrorAnswer `validation-failed` for one that cannot be */
export function keyOfRequest({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const value = headers['idempotency-key'];
  if (value === undefined) return undefined;
  const parsed = idempotencyKey.safeParse(value);
  if (parsed.success) return parsed.data;
  throw problem('validation-failed', { errors: [{ path: HEADER, message: parsed.error.issues[0]!.message }] });
}

/** The key with the digest of what it was sent with; undefined without a key. */
export function idempotencyOf(key: string | undefined, body: object): IdempotencyKey | undefined {
  return key === undefined ? undefined : { key, digest: digestOf(body) };
}

/**
 * The key of one item of a batch that has a key as a whole. A digest, because an item's name may hold any character; no key
 * of a caller collides with it unless he means to, and then only with his own.
 */
export function keyOfItem(batchKey: string, item: string): string {
  return `batch:${createHash('sha256')
    .update(JSON.stringify([batchKey, item]))
    .digest('base64url')}`;
}

/**
 * The key of an application that acts for the owner of a device, where keys are kept by owner: the same key of two callers is
 * two keys. The owner's own stays as it is.
 */
export function keyOfActor(key: string | undefined, caller: string, owner: string): string | undefined {
  return key === undefined || caller === owner ? key : `acting:${digestOf([caller, key])}`;
}

/**
 * SHA-256, in hex, over the body as it was understood: members in one order, absent ones left out, whatever order, white
 * space or nulls it came with.
 */
export function digestOf(body: object): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(body)))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]));
}
