import { deadlineOf } from '@downlink/command-domain';
import type { DueCommand, DueCommands } from '../ports/due-commands.port.js';
import { inMemoryShardOf, type InMemoryDatabase } from './in-memory-database.js';

export class InMemoryDueCommands implements DueCommands {
  constructor(private readonly database: InMemoryDatabase) {}

  async due(
    shards: readonly number[],
    withinMs: number,
    limit: number,
  ): Promise<{ now: number; commands: DueCommand[] }> {
    const now = this.database.clock();
    const commands = [...this.database.heads.values()]
      .flatMap(({ commandId, state }) => {
        const { deviceId } = state.request;
        const blocked = state.status === 'queued' && (this.database.lanes.get(deviceId)?.blockedBy ?? null) !== null;
        const dueAt = blocked ? state.expiresAt : deadlineOf(state);
        const ours = dueAt !== null && dueAt <= now + withinMs && shards.includes(inMemoryShardOf(deviceId));
        return ours ? [{ commandId, deviceId, dueAt }] : [];
      })
      .sort((a, b) => a.dueAt - b.dueAt)
      .slice(0, limit);
    return { now, commands };
  }
}
