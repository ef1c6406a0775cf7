import type { CommandId, DeviceId, Lane } from '@downlink/command-domain';
import type {
  CommandQuery,
  CommandReader,
  DeviceEvents,
  DeviceEventsQuestion,
  Head,
  PageOfCommandsQuery,
  RecordedEvent,
  Situation,
} from '@downlink/command-engine';
import type { Pool } from 'pg';
import { isStorable } from '../registry/check-declaration.js';
import { findByCorrelation } from './find-by-correlation.js';
import { findFinalHeads } from './find-final-heads.js';
import { findHead } from './find-head.js';
import { findLane } from './find-lane.js';
import { readDeviceEvents } from './read-device-events.js';
import { readHistory } from './read-history.js';
import { readSituation } from './read-situation.js';
import { searchCommands } from './search-commands.js';

/**
 * Reads from the same server that is written to, so that every read sees what has been committed before it. Callers pass on
 * names that strangers sent; one that Postgres cannot even hold is not there, which is no failure.
 */
export class PostgresCommandReader implements CommandReader {
  constructor(private readonly pool: Pool) {}

  head(commandId: CommandId): Promise<Head | undefined> {
    return findHead(this.pool, commandId);
  }

  finalHeads(commandIds: readonly CommandId[], or?: 'delivered'): Promise<Head[]> {
    return findFinalHeads(this.pool, commandIds, or);
  }

  situation(commandId: CommandId): Promise<Situation | undefined> {
    return readSituation(this.pool, commandId);
  }

  history(commandId: CommandId): Promise<RecordedEvent[]> {
    return readHistory(this.pool, commandId);
  }

  deviceEvents(question: DeviceEventsQuestion): Promise<DeviceEvents> {
    return readDeviceEvents(this.pool, question);
  }

  search(query: PageOfCommandsQuery): Promise<{ heads: Head[] }>;
  search(query: CommandQuery): Promise<{ heads: Head[]; total: number }>;
  async search(query: CommandQuery | PageOfCommandsQuery): Promise<{ heads: Head[]; total?: number }> {
    const { applicationId, deviceId = '' } = query;
    if (!isStorable(applicationId) || !isStorable(deviceId)) return { heads: [], total: 0 };
    return searchCommands(this.pool, query);
  }

  async lane(deviceId: DeviceId): Promise<Lane | undefined> {
    return isStorable(deviceId) ? findLane(this.pool, deviceId) : undefined;
  }

  byCorrelation(questions: readonly { deviceId: DeviceId; correlation: number }[]): Promise<(CommandId | undefined)[]> {
    return findByCorrelation(this.pool, questions);
  }
}
