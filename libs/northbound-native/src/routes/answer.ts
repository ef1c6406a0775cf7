import { send } from '@downlink/northbound-kit';
import type { FastifyReply } from 'fastify';

/** Sends a value as JSON. */
export function answer(
  reply: FastifyReply,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  send(reply, { status, body: JSON.stringify(value), headers });
}
