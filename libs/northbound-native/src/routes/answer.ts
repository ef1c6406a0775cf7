import { send } from '@downlink/northbound-kit';
import type { FastifyReply } from 'fastify';
import { entityTag, isHeldBy } from './entity-tag.js';

/** Sends a value as JSON. What a caller reads has an entity tag, and is 304 without a body for who holds it already. */
export function answer(
  reply: FastifyReply,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = JSON.stringify(value);
  if (reply.request.method !== 'GET' || status !== 200) return void send(reply, { status, body, headers });
  const etag = entityTag(body);
  const held = isHeldBy(reply.request.headers['if-none-match'], etag);
  send(reply, held ? { status: 304, body: '', headers: { etag } } : { status, body, headers: { ...headers, etag } });
}
