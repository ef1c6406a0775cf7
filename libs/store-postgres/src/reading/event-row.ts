import type { CommandEvent } from '@downlink/command-domain';
import type { RecordedEvent } from '@downlink/command-engine';
import { commandIdOf } from '../commands/head-row.js';

/** A row of command_event as pg reads it. */
export interface StoredEvent {
  readonly command_id: string;
  readonly version: number;
  readonly type: CommandEvent['type'];
  readonly at: string;
  readonly data: Omit<CommandEvent, 'type' | 'at'>;
}

export const EVENT_COLUMNS = 'command_id, version, type, at, data';

export function recordedEventOf({ command_id, version, type, at, data }: StoredEvent): RecordedEvent {
  return { commandId: commandIdOf(command_id), version, event: { ...data, type, at: Number(at) } as CommandEvent };
}
