import { newLane, type Lane } from '@downlink/command-domain';
import { z } from 'zod';
import { commandIdText, count, timestamp } from './command-answer.js';
import { isoTime } from './command-view.js';

/** Why the first command of the lane is not under way, or that it is. */
const situation = z.enum(['idle', 'in-flight', 'blocked', 'device-away', 'put-back', 'ready']);
export type LaneSituation = z.output<typeof situation>;

export const laneAnswer = z
  .strictObject({
    deviceId: z.string(),
    situation,
    queued: count,
    inFlight: z.strictObject({ commandId: commandIdText, since: timestamp.nullable() }).nullable(),
    reachableUntil: timestamp.nullable(),
    unreachableSince: timestamp.nullable(),
    retryAt: timestamp.nullable(),
    blockedBy: z.string().nullable(),
  })
  .meta({ id: 'Lane' });

/** The device's queue: how many wait, for whom, and why. A device that never got a command has an idle one. */
export function laneView(deviceId: string, lane: Lane = newLane(deviceId)): z.output<typeof laneAnswer> {
  return {
    deviceId,
    situation: situationOf(lane),
    queued: lane.queued,
    inFlight: lane.inFlight === null ? null : { commandId: lane.inFlight, since: isoTime(lane.inFlightSince) },
    reachableUntil: isoTime(lane.reachableUntil),
    unreachableSince: isoTime(lane.unreachableSince),
    retryAt: isoTime(lane.retryAt),
    blockedBy: lane.blockedBy,
  };
}

function situationOf(lane: Lane): LaneSituation {
  if (lane.blockedBy !== null) return 'blocked';
  if (lane.inFlight !== null) return 'in-flight';
  if (lane.queued === 0) return 'idle';
  if (lane.unreachableSince !== null) return 'device-away';
  return lane.retryAt === null ? 'ready' : 'put-back';
}
