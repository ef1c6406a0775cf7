import type { Callback, CommandRequest, DeliveryPolicy } from '@downlink/command-domain';
import { checkMembers, type MembersOf } from './check-members.js';
import { isInteger, isMembers, isMissingOr, isNameOf, isNullOr, isNumber, isText, isTrue } from './checks.js';

const REQUEST: MembersOf<CommandRequest> = {
  applicationId: isText,
  deviceId: isText,
  dialect: isText,
  wireFormat: isText,
  service: isText,
  method: isText,
  parameters: isMembers,
  modelVersion: isMissingOr(isInteger),
  mode: isNameOf({ cached: true, immediate: true } satisfies Record<CommandRequest['mode'], true>),
  lifetimeMs: isInteger,
  policy: isMembers,
  callback: isMissingOr(isMembers),
  supersedeKey: isMissingOr(isText),
  waiter: isMissingOr(isText),
  dialectData: isMissingOr(isMembers),
};

const POLICY: MembersOf<DeliveryPolicy> = {
  maxRetransmit: isInteger,
  firstWaitMs: isInteger,
  waitJitter: isNumber,
  answerWithinMs: isInteger,
  lateAnswers: isNameOf({ record: true, accept: true } satisfies Record<DeliveryPolicy['lateAnswers'], true>),
  laneCap: isInteger,
  immediate: isNameOf({ bypass: true, join: true } satisfies Record<DeliveryPolicy['immediate'], true>),
  finishWithinMs: isMissingOr(isInteger),
  refuseUnreachable: isMissingOr(isTrue),
};

const CALLBACK: MembersOf<Callback> = { url: isNullOr(isText), format: isText };

/** @throws UnreadableMessage when `value` is no command request */
export function checkRequest(value: unknown, path: string): CommandRequest {
  const request = checkMembers(value, REQUEST, path);
  checkMembers(request['policy'], POLICY, `${path}.policy`);
  if (request['callback'] !== undefined) checkMembers(request['callback'], CALLBACK, `${path}.callback`);
  return request as unknown as CommandRequest;
}
