import type { FastifyRequest } from 'fastify';

const bodies = new WeakMap<FastifyRequest, Buffer>();
const NONE = Buffer.alloc(0);

export function keepRawBody(request: FastifyRequest, body: Buffer): void {
  bodies.set(request, body);
}

/**
 * The bytes of the request's body exactly as they came, for dialects whose callers sign them; none where there was no body.
 * Kept only for dialects whose face says `keepsRawBodies`, and not longer than the request.
 */
export function rawBodyOf(request: FastifyRequest): Buffer {
  return bodies.get(request) ?? NONE;
}
