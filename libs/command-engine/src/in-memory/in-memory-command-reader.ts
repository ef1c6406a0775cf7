import type { CommandId, DeviceId, Lane } from '@downlink/command-domain';
import { lanePositionOf } from '../correlation.js';
import type { CommandQuery, CommandReader } from '../ports/command-reader.port.js';
import type { Head, RecordedEvent } from '../ports/command-store.port.js';
import type { InMemoryDatabase } from './in-memory-database.js';

export class InMemoryCommandReader implements CommandReader {
  constructor(private readonly database: InMemoryDatabase) {}

  async head(commandId: CommandId): Promise<Head | undefined> {
    return this.database.heads.get(commandId);
  }

  async history(commandId: CommandId): Promise<RecordedEvent[]> {
    return [...(this.database.histories.get(commandId) ?? [])];
  }

  async search(query: CommandQuery): Promise<{ heads: Head[]; total: number }> {
    const matching = [...this.database.heads.values()]
      .filter((head) => matches(query, head))
      .sort((a, b) => (a.commandId < b.commandId ? 1 : -1));
    return { heads: matching.slice(query.offset, query.offset + query.limit), total: matching.length };
  }

  async lane(deviceId: DeviceId): Promise<Lane | undefined> {
    return this.database.lanes.get(deviceId);
  }

  async byCorrelation(
    questions: readonly { deviceId: DeviceId; correlation: number }[],
  ): Promise<(CommandId | undefined)[]> {
    const heads = [...this.database.heads.values()];
    return questions.map(({ deviceId, correlation }) => {
      const lane = this.database.lanes.get(deviceId);
      const position = lane && lanePositionOf(correlation, lane.nextPosition - 1);
      return heads.find(({ state }) => state.request.deviceId === deviceId && state.lanePosition === position)
        ?.commandId;
    });
  }

  async attemptsStillDue(attempts: readonly { commandId: CommandId; attempt: number }[]): Promise<(number | null)[]> {
    const now = this.database.clock();
    return attempts.map(({ commandId, attempt }) => {
      const state = this.database.heads.get(commandId)?.state;
      if (state?.status !== 'sending' || state.attempts !== attempt || state.waitUntil <= now) return null;
      return state.waitUntil - now;
    });
  }
}

function matches({ applicationId, deviceId, statuses, from, until }: CommandQuery, { state }: Head): boolean {
  return (
    state.request.applicationId === applicationId &&
    (deviceId === undefined || state.request.deviceId === deviceId) &&
    (statuses === undefined || statuses.includes(state.status)) &&
    (from === undefined || state.acceptedAt >= from) &&
    (until === undefined || state.acceptedAt < until)
  );
}
