import type { CommandId } from '@downlink/command-domain';
import { checkMembers } from './check-members.js';
import { isInteger, isMembers, isNameOf, isText } from './checks.js';
import { isCommandId } from './command-id.js';
import { checkEvent } from './event-members.js';
import { FACT_SCHEMA } from './fact-headers.js';
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
  if (schema !== FACT_SCHEMA) throw new UnreadableMessage('schema', `unknown: ${String(schema)}`);
  const envelope = checkMembers(parsed, ENVELOPE, '');
  return {
    commandId: envelope['commandId'] as CommandId,
    version: envelope['version'] as number,
    event: checkEvent(envelope['event'], 'event'),
    request: checkRequest(envelope['request'], 'request'),
    lanePosition: envelope['lanePosition'] as number,
    statusBefore: envelope['statusBefore'] as FactMessage['statusBefore'],
    status: envelope['status'] as FactMessage['status'],
  };
}

function parse(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch (cause) {
    throw new UnreadableMessage('', 'not JSON', { cause });
  }
}
