import { toHex32, type AcceptedState } from '@downlink/command-domain';
import type { CancelTask, CancelTaskCommand, Head } from '@downlink/command-engine';
import { resultDetail } from './callback-body.js';
import { huaweiCancelTaskStatus } from './cancel-task-status.js';
import { huaweiStatus } from './status-map.js';
import type { CancelTaskResource } from './wire/cancel-task.js';
import type { CommandResource, CommandResourceWithResult } from './wire/command-resource.js';
import type { CreateCommandBody } from './wire/create-command.js';
import { wireTime, wireTimeOrNull } from './wire/times.js';

/**
 * The command as stored. `executeTime` is when the device's answer was taken down; `platformIssuedTime` and `issuedTimes`
 * count from the first issue; both are null before it (the vendor's sample). An attempt that surely reached nobody and was put
 * back is no issue.
 */
export function toResource({ commandId, state }: Head): CommandResource {
  const { request } = state;
  const executed = state.status === 'succeeded' || state.status === 'failed';
  return {
    commandId: toHex32(commandId),
    appId: request.applicationId,
    deviceId: request.deviceId,
    command: { serviceId: request.service, method: request.method, paras: request.parameters },
    callbackUrl: request.callback?.url ?? null,
    expireTime: request.lifetimeMs / 1000,
    status: huaweiStatus(state.status),
    creationTime: wireTime(state.acceptedAt),
    executeTime: executed ? wireTimeOrNull(state.finishedAt) : null,
    platformIssuedTime: wireTimeOrNull(issuedAt(state)),
    deliveredTime: wireTimeOrNull(state.deliveredAt),
    issuedTimes: state.tries === 0 ? null : state.tries,
    maxRetransmit: request.policy.maxRetransmit,
  };
}

/** With one issue, the latest attempt is that one; of several the first is told. */
function issuedAt({ tries, status, firstAttemptAt, lastAttemptAt }: AcceptedState): number | null {
  if (tries === 0) return null;
  return tries === 1 && status !== 'queued' ? lastAttemptAt : firstAttemptAt;
}

/** The answer to a create call: what the caller left out stays null, as in the vendor's sample. */
export function toCreated(head: Head, body: CreateCommandBody): CommandResource {
  return { ...toResource(head), expireTime: body.expireTime ?? null, maxRetransmit: body.maxRetransmit ?? null };
}

/** As query and modify show it. */
export function toResourceWithResult(head: Head): CommandResourceWithResult {
  return { ...toResource(head), result: resultOf(head.state) };
}

function resultOf(state: AcceptedState): CommandResourceWithResult['result'] {
  if (state.status !== 'succeeded' && state.status !== 'failed') return null;
  return { resultCode: huaweiStatus(state.status), resultDetail: resultDetail(state.result) };
}

/** A cancel task with its commands; one that is no longer kept is left out of the list and counted all the same. */
export function toCancelTaskResource(task: CancelTask, commands: readonly CancelTaskCommand[]): CancelTaskResource {
  return {
    taskId: task.id,
    appId: task.applicationId,
    deviceId: task.deviceId,
    status: huaweiCancelTaskStatus(task.status),
    totalCount: task.total,
    deviceCommands: commands.flatMap(({ head }) => (head === null ? [] : [toResourceWithResult(head)])),
  };
}
