import type { Lane } from '@downlink/command-domain';
import { commandIdOf } from './head-row.js';

/** A row of device_lane as pg reads it: bigint comes as text. */
export interface StoredLane {
  readonly device_id: string;
  readonly next_position: string;
  readonly queued: number;
  readonly in_flight: string | null;
  readonly in_flight_since: string | null;
  readonly reachable_until: string | null;
  readonly unreachable_since: string | null;
  readonly presence_epoch: string | null;
  readonly retry_at: string | null;
  readonly blocked_by: string | null;
}

export const LANE = {
  device_id: 'text',
  next_position: 'bigint',
  queued: 'integer',
  in_flight: 'bigint',
  in_flight_since: 'bigint',
  reachable_until: 'bigint',
  unreachable_since: 'bigint',
  presence_epoch: 'bigint',
  retry_at: 'bigint',
  blocked_by: 'text',
} as const;
export const LANE_COLUMNS = Object.keys(LANE).join(', ');

export function laneOf(row: StoredLane): Lane {
  return {
    deviceId: row.device_id,
    nextPosition: Number(row.next_position),
    queued: row.queued,
    inFlight: row.in_flight === null ? null : commandIdOf(row.in_flight),
    inFlightSince: number(row.in_flight_since),
    reachableUntil: number(row.reachable_until),
    unreachableSince: number(row.unreachable_since),
    presenceEpoch: number(row.presence_epoch),
    retryAt: number(row.retry_at),
    blockedBy: row.blocked_by,
  };
}

export function laneRow(lane: Lane) {
  return {
    device_id: lane.deviceId,
    next_position: lane.nextPosition,
    queued: lane.queued,
    in_flight: lane.inFlight,
    in_flight_since: lane.inFlightSince,
    reachable_until: lane.reachableUntil,
    unreachable_since: lane.unreachableSince,
    presence_epoch: lane.presenceEpoch,
    retry_at: lane.retryAt,
    blocked_by: lane.blockedBy,
  };
}

function number(bigint: string | null): number | null {
  return bigint === null ? null : Number(bigint);
}
