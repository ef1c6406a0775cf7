import {
  block,
  decide,
  endLease,
  evolve,
  evolveLane,
  extendLease,
  isFree,
  unblock,
  type AcceptedState,
  type CommandEvent,
  type CommandId,
  type CommandSignal,
  type CommandState,
  type DeviceId,
  type Lane,
  type Rejection,
  type Signal,
  type Submit,
} from '@downlink/command-domain';
import type { Changes, Head, Loaded, RecordedEvent } from './ports/command-store.port.js';
import type { CommittedFact } from './ports/fact-relay.port.js';

/** What a signal did, before anything is written. */
export type Effect = { readonly events: readonly RecordedEvent[] } | { readonly rejection: Rejection };

/** A turn can end a command (expired meanwhile) and pass to the next; this many in one transaction, the rest is the scheduler's. */
const MAX_TURNS_PER_LANE = 100;

/**
 * The working copy of one unit of work: heads and lanes as they become while signals are decided one after another.
 * Nothing in here is durable; `changes()` says what is to be written.
 */
export class Batch {
  private readonly heads: Map<CommandId, Head>;
  private readonly lanes: Map<DeviceId, Lane>;
  private readonly previousVersions = new Map<CommandId, number>();
  private readonly events: RecordedEvent[] = [];
  /** Lanes whose turn comes with a later signal. */
  private readonly postponed = new Set<DeviceId>();
  readonly facts: CommittedFact[] = [];

  constructor(
    private readonly loaded: Loaded,
    private readonly leaseMs: number,
  ) {
    this.heads = new Map(loaded.heads);
    this.lanes = new Map(loaded.lanes);
  }

  head(commandId: CommandId): Head | undefined {
    return this.heads.get(commandId);
  }

  take(signal: Signal): Effect {
    switch (signal.kind) {
      case 'device-reachable':
        this.extend(signal.deviceId);
        if (signal.turn === 'later') this.postponed.add(signal.deviceId);
        return { events: [] };
      case 'lane-turn':
        this.postponed.delete(signal.deviceId);
        return { events: [] };
      case 'lane-blocked':
        this.lanes.set(signal.deviceId, block(this.lane(signal.deviceId), signal.deadLetter));
        return { events: [] };
      case 'lane-unblocked':
        this.lanes.set(signal.deviceId, unblock(this.lane(signal.deviceId), signal.deadLetter));
        return { events: [] };
      case 'device-unreachable':
        this.lanes.set(signal.deviceId, endLease(this.lane(signal.deviceId), this.loaded.now));
        return { events: [] };
      case 'device-acknowledged':
      case 'device-answered':
        this.extend(signal.deviceId);
        return this.apply(signal);
      case 'submit':
        return this.submit(signal);
      default:
        return this.apply(signal);
    }
  }

  /**
   * Gives each free lane's first command its turn. One look-up for all lanes whose queue is not already in memory; a
   * second round only where a turn ended a command.
   */
  async giveTurns(): Promise<void> {
    for (let round = 0; round < MAX_TURNS_PER_LANE; round++) {
      const free = [...this.lanes.values()].filter(
        (lane) => lane.queued > 0 && isFree(lane, this.loaded.now) && !this.postponed.has(lane.deviceId),
      );
      if (free.length === 0) return;
      const firsts = await this.firstOf(free);
      let moved = false;
      for (const { commandId, state } of firsts) {
        const { deviceId } = state.request;
        moved = 'events' in this.apply({ kind: 'turn', commandId, deviceId }) || moved;
      }
      if (!moved) return;
    }
  }

  changes(): Changes {
    const heads = [...this.previousVersions].map(([commandId, previousVersion]) => ({
      ...this.heads.get(commandId)!,
      previousVersion,
    }));
    const lanes = [...this.lanes.values()].filter((lane) => lane !== this.loaded.lanes.get(lane.deviceId));
    return { events: this.events, heads, lanes };
  }

  private async firstOf(lanes: readonly Lane[]): Promise<Head[]> {
    const inMemory = new Map<DeviceId, Head[]>();
    for (const head of this.heads.values()) {
      if (head.state.status !== 'queued') continue;
      const { deviceId } = head.state.request;
      inMemory.set(deviceId, [...(inMemory.get(deviceId) ?? []), head]);
    }
    const elsewhere = lanes.filter(({ deviceId, queued }) => queued > (inMemory.get(deviceId)?.length ?? 0));
    const stored =
      elsewhere.length === 0
        ? new Map<DeviceId, Head>()
        : await this.loaded.nextQueued(
            elsewhere.map((lane) => lane.deviceId),
            [...this.heads.keys()],
          );
    return lanes.flatMap(({ deviceId }) => {
      const candidates = [...(inMemory.get(deviceId) ?? []), ...(stored.has(deviceId) ? [stored.get(deviceId)!] : [])];
      if (candidates.length === 0) return [];
      const first = candidates.reduce((a, b) => (a.state.lanePosition <= b.state.lanePosition ? a : b));
      this.heads.set(first.commandId, first);
      return [first];
    });
  }

  private apply(signal: CommandSignal): Effect {
    const head = this.heads.get(signal.commandId);
    const before: CommandState = head?.state ?? { status: 'none' };
    const decision = decide(before, signal, { now: this.loaded.now, lane: this.lane(signal.deviceId) });
    if (decision.kind === 'rejected') return { rejection: decision.rejection };
    return { events: this.record(signal.commandId, before, decision.events) };
  }

  private record(commandId: CommandId, initial: CommandState, events: readonly CommandEvent[]): RecordedEvent[] {
    let before = initial;
    let version = this.heads.get(commandId)?.version ?? 0;
    if (!this.previousVersions.has(commandId)) this.previousVersions.set(commandId, version);
    const recorded: RecordedEvent[] = [];
    for (const event of events) {
      const after: AcceptedState = evolve(before, event);
      version += 1;
      const entry = { commandId, version, event };
      recorded.push(entry);
      this.moveLane(commandId, event, before, after);
      const { request, lanePosition, status } = after;
      this.facts.push({ ...entry, request, lanePosition, statusBefore: before.status, status });
      this.heads.set(commandId, { commandId, version, state: after });
      before = after;
    }
    this.events.push(...recorded);
    return recorded;
  }

  /** On an idle lane the turn is given at once, so that what fits under the cap does not depend on who shares the batch. */
  private submit(signal: Submit): Effect {
    const accepted = this.apply(signal);
    const lane = this.lane(signal.deviceId);
    if ('rejection' in accepted || lane.queued !== 1 || !isFree(lane, this.loaded.now)) return accepted;
    const { commandId, deviceId } = signal;
    const turn = this.apply({ kind: 'turn', commandId, deviceId });
    return 'rejection' in turn ? accepted : { events: [...accepted.events, ...turn.events] };
  }

  /** The command's own lane; a stranger who answers for it has another one, and that does not move. */
  private moveLane(commandId: CommandId, event: CommandEvent, before: CommandState, after: AcceptedState): void {
    const lane = this.lanes.get(after.request.deviceId);
    if (lane !== undefined) this.lanes.set(lane.deviceId, evolveLane(lane, commandId, event, { before, after }));
  }

  /** A lease with more than half of its time left is not written again: telemetry must not cost a write a message. */
  private extend(deviceId: DeviceId): void {
    const lane = this.lane(deviceId);
    const { now } = this.loaded;
    const fresh = lane.reachableUntil !== null && lane.reachableUntil - now > this.leaseMs / 2;
    if (fresh && lane.unreachableSince === null && lane.retryAt === null) return;
    this.lanes.set(deviceId, extendLease(lane, now, this.leaseMs));
  }

  private lane(deviceId: DeviceId): Lane {
    const lane = this.lanes.get(deviceId);
    if (lane === undefined) throw new Error(`lane of device ${deviceId} was not locked`);
    return lane;
  }
}
