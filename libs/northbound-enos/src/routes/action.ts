import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Application } from '@downlink/command-engine';
import type { EnosAuthentication } from '../authentication/enos-authentication.js';
import { invalidArgument } from '../errors/error-answer.js';

/** A call by an application that has proven who it is. Sends its answer itself; throws the others. */
export type Action = (caller: Application, request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** Answers a call of a path whose calls are told apart by `action`. @throws ErrorAnswer as authentication and action do, 99400 */
export async function act(
  authentication: Pick<EnosAuthentication, 'caller'>,
  actions: Readonly<Record<string, Action>>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const caller = await authentication.caller(request);
  await actionOf(request, actions)(caller, request, reply);
}

/**
 * The vendor's calls share a path and are told apart by `action`.
 * @throws ErrorAnswer 99400 where it is missing or no call of this path and method
 */
function actionOf(request: FastifyRequest, actions: Readonly<Record<string, Action>>): Action {
  const { action } = request.query as Readonly<Record<string, unknown>>;
  if (action === undefined || action === '') throw invalidArgument('action', 'action is missing');
  const found = typeof action === 'string' && Object.hasOwn(actions, action) ? actions[action] : undefined;
  if (found === undefined) throw invalidArgument('action', 'action is not supported');
  return found;
}
