import type { CommandId, CommandRequest } from '@downlink/command-domain';
import { checkMembers } from './check-members.js';
import { isInteger, isMembers, isNameOf, isText } from './checks.js';
import { isCommandId } from './command-id.js';
import { checkEvent } from './event-members.js';
import { isReadableSchema } from './fact-headers.js';
import type { FactMessage } from './fact-message.js';
import { checkRequest } from './request-members.js';
import { ACCEPTED_STATUS_NAMES, STATUS_NAMES } from './status-names.js';
import { UnreadableMessage } from './unreadable-message.js';

const ENVELOPE = {
  commandId: isCommandId,
  version: isInteger,
  deviceId: isText,
  lanePosition: isInteger,
  statusBefore: isNameOf(STATUS_NAMES),
  status: isNameOf(ACCEPTED_STATUS_NAMES),
  event: isMembers,
  request: isMembers,
};

/**
 * Reads the value of a record of the topic of facts. Members that it does not know are let through.
 * @throws UnreadableMessage naming the member that is missing, wrong or of an unknown schema
 */
export function decodeFact(value: string): FactMessage {
  const parsed = parse(value);
  const { schema } = checkMembers(parsed, { schema: isInteger }, '');
  if (!isReadableSchema(schema as number)) throw new UnreadableMessage('schema', `unknown: ${String(schema)}`);
  const envelope = checkMembers(parsed, ENVELOPE, '');
  const event = envelope['event'] as Record<string, unknown>;
  const request = checkRequest(envelope['request'], 'request');
  return {
    commandId: envelope['commandId'] as CommandId,
    version: envelope['version'] as number,
    event: checkEvent(schema === 1 ? event : withRequest(event, request), 'event'),
    request,
    lanePosition: envelope['lanePosition'] as number,
    statusBefore: envelope['statusBefore'] as FactMessage['statusBefore'],
    status: envelope['status'] as FactMessage['status'],
  };
}

function withRequest(event: Record<string, unknown>, request: CommandRequest): Record<string, unknown> {
  return event['type'] === 'CommandAccepted' ? { ...event, request } : event;
}

function parse(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch (cause) {
    throw new UnreadableMessage('', 'not JSON', { cause });
  }
}
