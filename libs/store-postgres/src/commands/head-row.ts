import {
  deadlineOf,
  requestJson,
  type AcceptedState,
  type CommandId,
  type CommandRequest,
} from '@downlink/command-domain';
import type { Head } from '@downlink/command-engine';

/** What a head is made of when it is read: `select command_id, version, request, state`. */
export interface StoredHead {
  readonly command_id: string;
  readonly version: number;
  readonly request: CommandRequest;
  readonly state: Omit<AcceptedState, 'request'>;
  /** Only where the head is read under lock. */
  readonly claimed_attempt?: number;
}

export const HEAD_COLUMNS = 'command_id, version, request, state';
/** For decisions: see `Head.claimedAttempt`. */
export const LOCKED_HEAD_COLUMNS = `${HEAD_COLUMNS}, claimed_attempt`;

export function headOf({ command_id, version, request, state, claimed_attempt }: StoredHead): Head {
  return {
    commandId: commandIdOf(command_id),
    version,
    state: { ...state, request } as AcceptedState,
    ...(claimed_attempt === undefined ? {} : { claimedAttempt: claimed_attempt }),
  };
}

/** Ids from before mid-2017 have fewer than 19 digits as numbers, and the texts must compare like the numbers. */
export function commandIdOf(bigint: string): CommandId {
  return bigint.padStart(19, '0') as CommandId;
}

/** The columns that change with every event. */
export const HEAD_CHANGE = {
  command_id: 'bigint',
  previous: 'integer',
  claimed: 'integer',
  version: 'integer',
  status: 'text',
  queue_pos: 'bigint',
  due_at: 'bigint',
  state: 'jsonb',
} as const;

/** What a new head has beside its first event, whose row carries it. */
export const NEW_HEAD = {
  head_version: 'integer',
  application_id: 'text',
  device_id: 'text',
  lane_position: 'bigint',
  status: 'text',
  queue_pos: 'bigint',
  due_at: 'bigint',
  request: 'jsonb',
  state: 'jsonb',
} as const;

export function headChangeRow({ commandId, version, state, claimedAttempt }: Head, previous: number) {
  return {
    command_id: commandId,
    previous,
    claimed: claimedAttempt ?? null,
    version,
    status: state.status,
    queue_pos: state.status === 'queued' ? state.lanePosition : null,
    due_at: deadlineOf(state),
    state: stateJson(state),
  };
}

export function newHeadRow({ version, state }: Head) {
  const { request, lanePosition } = state;
  return {
    head_version: version,
    application_id: request.applicationId,
    device_id: request.deviceId,
    lane_position: lanePosition,
    status: state.status,
    queue_pos: state.status === 'queued' ? lanePosition : null,
    due_at: deadlineOf(state),
    request: requestJson(request),
    state: stateJson(state),
  };
}

/** For the row of an event that is not a command's first. */
export const NO_NEW_HEAD = {
  head_version: null,
  application_id: null,
  device_id: null,
  lane_position: null,
  status: null,
  queue_pos: null,
  due_at: null,
  request: null,
  state: null,
} as const;

/** Without the request, which never changes and has a column of its own. */
function stateJson(state: AcceptedState): string {
  return JSON.stringify({ ...state, request: undefined });
}
