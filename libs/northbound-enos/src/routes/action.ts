import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Application } from '@downlink/command-engine';
import { invalidArgument } from '../errors/error-answer.js';

/** A call by an application that has proven who it is. Sends its answer itself; throws the others. */
export type Action = (caller: Application, request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/**
 * The vendor's calls share a path and are told apart by `action`.
 * @throws ErrorAnswer 99400 where it is missing or no call of this path and method
 */
export function actionOf(request: FastifyRequest, actions: Readonly<Record<string, Action>>): Action {
  const { action } = request.query as Readonly<Record<string, unknown>>;
  if (action === undefined || action === '') throw invalidArgument('action', 'action is missing');
  const found = typeof action === 'string' && Object.hasOwn(actions, action) ? actions[action] : undefined;
  if (found === undefined) throw invalidArgument('action', 'action is not supported');
  return found;
}
