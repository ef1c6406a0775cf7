import { toHex32 } from '@downlink/command-domain';
import type { BatchMember, BatchMemberState, BatchTask } from '@downlink/command-engine';
import { resultDetail } from '../callback-body.js';
import { errorOfRejection } from '../errors/error-map.js';
import { HUAWEI_ERRORS, type HuaweiErrorName } from '../errors/error-table.js';
import type { DetailStatus } from '../wire/batch-task.js';
import { wireTime } from '../wire/times.js';
import { detailStatus } from './detail-status.js';
import type { BatchDetails } from './to-new-task.js';

type Counts = ReadonlyMap<BatchMemberState, number>;

/** A task as Huawei, Querying Information About a Batch Task shows it. `progress` and `successRate` are per mille, rounded down. */
export function toBatchTaskResource(task: BatchTask, counts: Counts, withTags: boolean) {
  const { param, tags, timeout } = task.details as unknown as BatchDetails;
  const numbers = numbersOf(counts, task.total);
  return {
    taskId: task.id,
    taskName: task.name,
    appId: task.applicationId,
    operator: task.applicationId,
    taskFrom: 'Northbound',
    taskType: 'DeviceCmd',
    status: statusOf(task, numbers.completeCnt),
    startTime: wireTime(task.createdAt),
    timeout,
    ...numbers,
    param,
    ...(withTags && { tags }),
  };
}

function statusOf({ startedAt, total, isOver }: BatchTask, complete: number): string {
  if (complete === total) return 'Complete';
  if (isOver) return 'Timeout';
  return startedAt === null ? 'Pending' : 'Running';
}

function numbersOf(counts: Counts, total: number) {
  const sum = (status: DetailStatus) =>
    [...counts].reduce((all, [state, count]) => (detailStatus(state) === status ? all + count : all), 0);
  const [successCnt, failCnt, expiredCnt] = [sum('Success'), sum('Fail'), counts.get('expired') ?? 0];
  const timeoutCnt = sum('Timeout') - expiredCnt;
  const completeCnt = successCnt + failCnt + timeoutCnt + expiredCnt;
  const perMille = (count: number) => Math.floor((count * 1000) / total);
  const rates = { progress: perMille(completeCnt), successRate: perMille(successCnt) };
  return { ...rates, totalCnt: total, successCnt, failCnt, timeoutCnt, expiredCnt, completeCnt };
}

/** A device of a task as Huawei, Querying Information About a Subtask of a Batch Task shows it. `output` and `error` are JSON as text. */
export function toTaskDetail({ deviceId, commandId, state, refusal, head }: BatchMember) {
  const answered = head?.state.status === 'succeeded' || head?.state.status === 'failed' ? head.state : undefined;
  return {
    status: detailStatus(state),
    output: answered === undefined ? null : JSON.stringify(resultDetail(answered.result)),
    error: refusal === null ? null : errorText(refusal),
    param: { deviceId, commandId: refusal === null ? toHex32(commandId) : null },
  };
}

/** A refusal of our own, or of the engine's when the command was handed in. */
function errorText(refusal: string): string {
  const { code, text } = HUAWEI_ERRORS[refusalName(refusal)];
  return JSON.stringify({ error_code: code, error_desc: text });
}

function refusalName(refusal: string): HuaweiErrorName {
  if (refusal in HUAWEI_ERRORS) return refusal as HuaweiErrorName;
  return refusal === 'lane-full' ? errorOfRejection(refusal) : 'internal';
}
