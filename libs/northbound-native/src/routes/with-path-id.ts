import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { problem } from '../errors/problem.js';

/** The body with the id that its path carries; the body may repeat it. @throws ErrorAnswer when the two differ */
export function withPathId(request: FastifyRequest, member: string): unknown {
  const { body } = request;
  const id = (request.params as Record<string, string>)[member];
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const inBody = (body as Record<string, unknown>)[member];
  if (inBody !== undefined && inBody !== id) {
    throw problem('validation-failed', { errors: [{ path: member, message: 'differs from the path' }] });
  }
  return { ...body, [member]: id };
}

/** An entry as the body of a call whose path names it already: that member may be left out. */
export function entryOfPath<T extends z.ZodObject, M extends keyof T['shape'] & string>(entry: T, member: M) {
  const { [member]: ofPath, ...rest } = entry.shape;
  return z.strictObject({ [member]: z.optional(ofPath as z.ZodType), ...rest });
}
