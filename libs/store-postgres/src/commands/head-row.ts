import { deadlineOf, type AcceptedState, type CommandId, type CommandRequest } from '@downlink/command-domain';
import type { Head } from '@downlink/command-engine';
import { shardOf } from '../shard-of.js';

/** What a head is made of when it is read: `select command_id, version, request, state`. */
export interface StoredHead {
  readonly command_id: string;
  readonly version: number;
  readonly request: CommandRequest;
  readonly state: Omit<AcceptedState, 'request'>;
}

export const HEAD_COLUMNS = 'command_id, version, request, state';

export function headOf({ command_id, version, request, state }: StoredHead): Head {
  return { commandId: commandIdOf(command_id), version, state: { ...state, request } as AcceptedState };
}

/** Ids from before mid-2017 have fewer than 19 digits as numbers, and the texts must compare like the numbers. */
export function commandIdOf(bigint: string): CommandId {
  return bigint.padStart(19, '0') as CommandId;
}

/** The columns that change with every event. */
export const HEAD_CHANGE = {
  command_id: 'bigint',
  previous: 'integer',
  version: 'integer',
  status: 'text',
  queue_pos: 'bigint',
  due_at: 'bigint',
  state: 'jsonb',
} as const;

/** All columns. */
export const NEW_HEAD = {
  command_id: 'bigint',
  version: 'integer',
  application_id: 'text',
  device_id: 'text',
  shard: 'smallint',
  lane_position: 'bigint',
  status: 'text',
  queue_pos: 'bigint',
  due_at: 'bigint',
  accepted_at: 'bigint',
  request: 'jsonb',
  state: 'jsonb',
} as const;

export function headChangeRow({ commandId, version, state }: Head, previous: number) {
  const { request: _never_changes, ...rest } = state;
  return {
    command_id: commandId,
    previous,
    version,
    status: state.status,
    queue_pos: state.status === 'queued' ? state.lanePosition : null,
    due_at: deadlineOf(state),
    state: JSON.stringify(rest),
  };
}

export function newHeadRow(head: Head) {
  const { request, lanePosition, acceptedAt } = head.state;
  return {
    ...headChangeRow(head, 0),
    application_id: request.applicationId,
    device_id: request.deviceId,
    shard: shardOf(request.deviceId),
    lane_position: lanePosition,
    accepted_at: acceptedAt,
    request: JSON.stringify(request),
  };
}
