import { IDEMPOTENCY_KEY_LIFETIME_MS, newLane, type CommandId, type DeviceId } from '@downlink/command-domain';
import { Fault } from '../fault.js';
import { keyName } from '../key-uses.js';
import type { Changes, CommandStore, Head, Loaded, Queue, Touch } from '../ports/command-store.port.js';
import type { InMemoryDatabase } from './in-memory-database.js';

/** The command store's promises without a server, for specs of whatever stands above it. */
export class InMemoryCommandStore implements CommandStore {
  constructor(private readonly database: InMemoryDatabase) {}

  transact<T>(touch: Touch, work: (loaded: Loaded) => Promise<{ changes: Changes; result: T }>): Promise<T> {
    const names = [...touch.deviceIds, ...(touch.keys ?? []).map(keyName)];
    return this.database.locked(names, async () => {
      const { changes, result } = await work(this.load(touch));
      this.check(changes);
      this.write(changes);
      return result;
    });
  }

  private load({ deviceIds, commandIds, keys = [] }: Touch): Loaded {
    const { clock, heads, lanes } = this.database;
    const uses = keys.flatMap((name) => this.database.keys.get(keyName(name)) ?? []);
    const wanted = [...commandIds, ...uses.map(({ commandId }) => commandId)];
    return {
      now: clock(),
      lanes: new Map(deviceIds.map((id) => [id, lanes.get(id) ?? newLane(id)])),
      heads: new Map(wanted.flatMap((id) => (heads.has(id) ? [[id, this.underLock(heads.get(id)!)]] : []))),
      keys: uses,
      nextQueued: (ids, except) => Promise.resolve(this.nextQueued(ids, except)),
      queuedOf: (queues) => Promise.resolve(this.queuedOf(queues)),
      openDeadLetters: (ids) => Promise.resolve(this.openDeadLetters(ids)),
    };
  }

  private nextQueued(deviceIds: readonly DeviceId[], except: readonly CommandId[]): Map<DeviceId, Head> {
    const found = new Map<DeviceId, Head>();
    for (const head of this.database.heads.values()) {
      const { status, lanePosition, request } = head.state;
      if (status !== 'queued' || !deviceIds.includes(request.deviceId) || except.includes(head.commandId)) continue;
      const best = found.get(request.deviceId);
      if (best === undefined || lanePosition < best.state.lanePosition)
        found.set(request.deviceId, this.underLock(head));
    }
    return found;
  }

  /** With the claim, which is not part of the fold. */
  private underLock(head: Head): Head {
    return { ...head, claimedAttempt: this.database.claims.get(head.commandId) ?? 0 };
  }

  private queuedOf(queues: readonly Queue[]): Head[] {
    const isAsked = ({ state: { status, request } }: Head) =>
      status === 'queued' &&
      queues.some(
        ({ deviceId, applicationId, mode }) =>
          request.deviceId === deviceId &&
          (applicationId ?? request.applicationId) === request.applicationId &&
          (mode ?? request.mode) === request.mode,
      );
    return [...this.database.heads.values()].filter(isAsked).map((head) => this.underLock(head));
  }

  private openDeadLetters(deviceIds: readonly DeviceId[]): Map<DeviceId, string> {
    const open = [...this.database.deadLetters.values()].filter(({ letter }) => letter.state === 'open');
    const found = new Map<DeviceId, string>();
    for (const { letter } of open.toReversed())
      if (letter.deviceId !== null && deviceIds.includes(letter.deviceId)) found.set(letter.deviceId, letter.id);
    return found;
  }

  private check({ events, heads, keys = [] }: Changes): void {
    const moved = heads.some(
      ({ commandId, previousVersion }) => (this.database.heads.get(commandId)?.version ?? 0) !== previousVersion,
    );
    const used = keys.some((use) => {
      const known = this.database.keys.get(keyName(use));
      return known !== undefined && use.usedAt - known.usedAt < IDEMPOTENCY_KEY_LIFETIME_MS;
    });
    if (moved || used) throw new Fault('version-conflict', 'a head moved or a key was used', { retryable: true });
    const orphan = events.find(({ commandId }) => !heads.some((head) => head.commandId === commandId));
    if (orphan) throw new Error(`an event of command ${orphan.commandId} came without its head`);
  }

  private write({ events, heads, lanes, keys = [] }: Changes): void {
    const { database } = this;
    for (const { commandId, version, state } of heads) database.heads.set(commandId, { commandId, version, state });
    for (const use of keys) database.keys.set(keyName(use), use);
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
