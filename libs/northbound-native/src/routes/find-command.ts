import { parseCommandId } from '@downlink/command-domain';
import type { Head } from '@downlink/command-engine';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import type { FastifyRequest } from 'fastify';
import { sees, type NativeAuthentication } from '../authentication.js';
import { problem } from '../errors/problem.js';

/**
 * The command that the path names, as it stands.
 * @throws ErrorAnswer `unauthenticated`; `unknown-command` also for one of another application, and for what is no id
 */
export async function findCommand(
  ports: Pick<NorthboundPorts, 'reader'>,
  authentication: NativeAuthentication,
  request: FastifyRequest,
): Promise<Head> {
  const caller = await authentication.caller(request);
  const commandId = parseCommandId((request.params as { id: string }).id);
  const head = commandId === undefined ? undefined : await ports.reader.head(commandId);
  if (head === undefined || !sees(caller, head.state.request.applicationId)) throw problem('unknown-command');
  return head;
}
