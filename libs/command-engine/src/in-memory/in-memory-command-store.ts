import { newLane, type CommandId, type DeviceId } from '@downlink/command-domain';
import { Fault } from '../fault.js';
import type { Changes, CommandStore, Head, Loaded, Touch } from '../ports/command-store.port.js';
import type { InMemoryDatabase } from './in-memory-database.js';

/** The command store's promises without a server, for specs of whatever stands above it. */
export class InMemoryCommandStore implements CommandStore {
  constructor(private readonly database: InMemoryDatabase) {}

  transact<T>(touch: Touch, work: (loaded: Loaded) => Promise<{ changes: Changes; result: T }>): Promise<T> {
    return this.database.locked(touch.deviceIds, async () => {
      const { changes, result } = await work(this.load(touch));
      this.check(changes);
      this.write(changes);
      return result;
    });
  }

  private load({ deviceIds, commandIds }: Touch): Loaded {
    const { clock, heads, lanes } = this.database;
    return {
      now: clock(),
      lanes: new Map(deviceIds.map((id) => [id, lanes.get(id) ?? newLane(id)])),
      heads: new Map(commandIds.flatMap((id) => (heads.has(id) ? [[id, heads.get(id)!]] : []))),
      nextQueued: (ids, except) => Promise.resolve(this.nextQueued(ids, except)),
    };
  }

  private nextQueued(deviceIds: readonly DeviceId[], except: readonly CommandId[]): Map<DeviceId, Head> {
    const found = new Map<DeviceId, Head>();
    for (const head of this.database.heads.values()) {
      const { status, lanePosition, request } = head.state;
      if (status !== 'queued' || !deviceIds.includes(request.deviceId) || except.includes(head.commandId)) continue;
      const best = found.get(request.deviceId);
      if (best === undefined || lanePosition < best.state.lanePosition) found.set(request.deviceId, head);
    }
    return found;
  }

  private check({ events, heads }: Changes): void {
    const moved = heads.some(
      ({ commandId, previousVersion }) => (this.database.heads.get(commandId)?.version ?? 0) !== previousVersion,
    );
    if (moved) throw new Fault('version-conflict', 'a head moved meanwhile', { retryable: true });
    const orphan = events.find(({ commandId }) => !heads.some((head) => head.commandId === commandId));
    if (orphan) throw new Error(`an event of command ${orphan.commandId} came without its head`);
  }

  private write({ events, heads, lanes }: Changes): void {
    const { database } = this;
    for (const { previousVersion: _checked, ...head } of heads) database.heads.set(head.commandId, head);
    for (const lane of lanes) database.lanes.set(lane.deviceId, lane);
    for (const recorded of events) {
      const { commandId, version } = recorded;
      database.histories.set(commandId, [...(database.histories.get(commandId) ?? []), recorded]);
      const { deviceId } = database.heads.get(commandId)!.state.request;
      const pointer = { commandId, version, deviceId, writtenAt: database.clock() };
      database.pointers.set(`${commandId}:${String(version)}`, pointer);
    }
  }
}
