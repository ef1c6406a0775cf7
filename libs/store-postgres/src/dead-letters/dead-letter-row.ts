import type { DeadLetterState, KeptDeadLetter } from '@downlink/command-engine';
import { commandIdOf } from '../commands/head-row.js';

/** A row of dead_letter as pg reads it, without the record: bigint comes as text. */
export interface DeadLetterRow {
  readonly id: string;
  readonly topic: string;
  readonly topic_partition: number;
  readonly topic_offset: string;
  readonly recorded_at: string;
  readonly groups: readonly string[];
  readonly device_id: string | null;
  readonly command_id: string | null;
  readonly attempts: number;
  readonly error: string;
  readonly size: number;
  readonly replayable: boolean;
  readonly has_lane: boolean;
  readonly state: DeadLetterState;
  readonly reason: string | null;
  readonly created_at: string;
  readonly settled_at: string | null;
}

/** To be selected from rows that are called `letter`. */
export const DEAD_LETTER_COLUMNS = `letter.id, letter.topic, letter.topic_partition, letter.topic_offset, letter.recorded_at,
  letter.groups, letter.device_id, letter.command_id, letter.attempts, letter.error, letter.size,
  letter.record_headers is not null as replayable,
  exists (select from device_lane where device_lane.device_id = letter.device_id) as has_lane,
  letter.state, letter.reason, letter.created_at, letter.settled_at`;

export function deadLetterOf(row: DeadLetterRow): KeptDeadLetter {
  return {
    id: row.id,
    origin: {
      topic: row.topic,
      partition: row.topic_partition,
      offset: row.topic_offset,
      recordedAt: Number(row.recorded_at),
    },
    groups: row.groups,
    deviceId: row.device_id,
    commandId: row.command_id === null ? null : commandIdOf(row.command_id),
    attempts: row.attempts,
    error: row.error,
    size: row.size,
    replayable: row.replayable,
    hasLane: row.has_lane,
    state: row.state,
    reason: row.reason,
    createdAt: Number(row.created_at),
    settledAt: row.settled_at === null ? null : Number(row.settled_at),
  };
}
