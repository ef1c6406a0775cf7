import { evolve, type CommandState } from '@downlink/command-domain';
import type { CommittedFact, FactPointer, Outbox } from '../ports/fact-relay.port.js';
import { inMemoryShardOf, type InMemoryDatabase, type InMemoryPointer } from './in-memory-database.js';

export class InMemoryOutbox implements Outbox {
  constructor(private readonly database: InMemoryDatabase) {}

  async remove(pointers: readonly FactPointer[]): Promise<void> {
    for (const { commandId, version } of pointers) this.database.pointers.delete(`${commandId}:${String(version)}`);
  }

  async leftovers(shards: readonly number[], olderThanMs: number, limit: number): Promise<CommittedFact[]> {
    const until = this.database.clock() - olderThanMs;
    return [...this.database.pointers.values()]
      .filter(({ deviceId, writtenAt }) => writtenAt <= until && shards.includes(inMemoryShardOf(deviceId)))
      .slice(0, limit)
      .map((pointer) => this.factAt(pointer));
  }

  private factAt({ commandId, version }: InMemoryPointer): CommittedFact {
    const history = this.database.histories.get(commandId)!;
    let before: CommandState = { status: 'none' };
    for (const { event } of history.slice(0, version - 1)) before = evolve(before, event);
    const recorded = history[version - 1]!;
    const { request, lanePosition, status } = evolve(before, recorded.event);
    return { ...recorded, request, lanePosition, statusBefore: before.status, status };
  }
}
