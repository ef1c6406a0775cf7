import type { FastifyReply } from 'fastify';

/** Aborted when the caller's connection ends before he was answered. */
export function callerGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  const { raw } = reply;
  raw.once('close', () => {
    if (!raw.writableEnded) gone.abort();
  });
  return gone.signal;
}
