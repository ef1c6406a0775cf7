import type { CommandId, DeviceId } from '@downlink/command-domain';

export interface DueCommand {
  readonly commandId: CommandId;
  readonly deviceId: DeviceId;
  /** ms since 1970, database time */
  readonly dueAt: number;
}

export interface DueCommands {
  /**
   * What falls due within `withinMs` from now on the database's clock, in these shards, earliest first, and that clock
   * (ms since 1970) as `now`. A queued command of a blocked lane is due when it expires and not before: its turn would be
   * refused, and thousands of them would stand before everybody else.
   */
  due(shards: readonly number[], withinMs: number, limit: number): Promise<{ now: number; commands: DueCommand[] }>;
}
