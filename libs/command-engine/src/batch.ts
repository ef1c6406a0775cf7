import {
  block,
  type BrokerRefused,
  decide,
  inSession,
  isOfOldSession,
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
  type DeviceReachable,
  type DeviceUnreachable,
  type Lane,
  type LaneUnblocked,
  type Rejection,
  type Signal,
  type Submit,
} from '@downlink/command-domain';
import { KeyUses } from './key-uses.js';
import type { Changes, Head, Loaded, RecordedEvent } from './ports/command-store.port.js';
import type { CommittedFact } from './ports/fact-relay.port.js';
import { QueueMembers } from './queue-members.js';

/** What a signal did, before anything is written. `about` names the command when it is not the signal's own. */
export type Effect =
  { readonly events: readonly RecordedEvent[]; readonly about?: CommandId } | { readonly rejection: Rejection };

const OLD_SESSION: Effect = { rejection: { code: 'old-session' } };

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
  private readonly members: QueueMembers;
  private readonly keys: KeyUses;
  /** Of lanes that are to be unblocked. */
  private openDeadLetters: ReadonlyMap<DeviceId, string> = new Map();
  readonly facts: CommittedFact[] = [];

  constructor(
    private readonly loaded: Loaded,
    private readonly leaseMs: number,
  ) {
    this.heads = new Map(loaded.heads);
    this.lanes = new Map(loaded.lanes);
    this.members = new QueueMembers(this.heads);
    this.keys = new KeyUses(loaded);
  }

  /** Loads what the signals need beyond what they name; for most batches that is nothing. */
  async prepare(signals: readonly Signal[]): Promise<void> {
    await this.members.load(signals, this.loaded);
    const freed = signals.filter(({ kind }) => kind === 'lane-unblocked').map(({ deviceId }) => deviceId);
    if (freed.length > 0) this.openDeadLetters = await this.loaded.openDeadLetters([...new Set(freed)]);
  }

  head(commandId: CommandId): Head | undefined {
    return this.heads.get(commandId);
  }

  take(signal: Signal): Effect {
    switch (signal.kind) {
      case 'device-reachable':
        return this.reachable(signal);
      case 'lane-turn':
        this.postponed.delete(signal.deviceId);
        return { events: [] };
      case 'lane-blocked':
        this.lanes.set(signal.deviceId, block(this.lane(signal.deviceId), signal.deadLetter));
        return { events: [] };
      case 'lane-unblocked':
        return this.unblocked(signal);
      case 'device-unreachable':
        return this.unreachable(signal);
      case 'device-acknowledged':
      case 'device-answered':
        this.extend(signal.deviceId);
        return this.apply(signal);
      case 'submit':
        return this.submit(signal);
      case 'broker-refused':
        return this.refused(signal);
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
    return { events: this.events, heads, lanes, keys: this.keys.fresh() };
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
    const decision = decide(before, signal, {
      now: this.loaded.now,
      lane: this.lane(signal.deviceId),
      ...(head?.claimedAttempt === undefined ? {} : { claimedAttempt: head.claimedAttempt }),
    });
    if (decision.kind === 'rejected') return { rejection: decision.rejection };
    return { events: this.record(signal.commandId, before, decision.events) };
  }

  private record(commandId: CommandId, initial: CommandState, events: readonly CommandEvent[]): RecordedEvent[] {
    let before = initial;
    const known = this.heads.get(commandId);
    let version = known?.version ?? 0;
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
      const head = { ...known, commandId, version, state: after };
      this.heads.set(commandId, head);
      this.members.note(head);
      before = after;
    }
    this.events.push(...recorded);
    return recorded;
  }

  private submit(signal: Submit): Effect {
    const { commandId, request, idempotency } = signal;
    const known = idempotency && this.keys.find(request.applicationId, idempotency);
    if (known?.meaning === 'repeated') return { events: [], about: known.use.commandId };
    if (known?.meaning === 'reused') return { rejection: { code: 'idempotency-key-reused' } };
    const accepted = this.supersedeAndAccept(signal);
    if ('rejection' in accepted) return accepted;
    if (idempotency) this.keys.note({ applicationId: request.applicationId, ...idempotency, commandId });
    return { events: [...accepted.events, ...this.turnAtOnce(signal)] };
  }

  /**
   * Whether the submission fits is decided on the lane as it will be without those that give way; they give way only when it
   * does. Their events come first, so that no reader of the log ever counts more than the cap.
   */
  private supersedeAndAccept(signal: Submit): Effect {
    const yielding = this.members.yieldingTo(signal);
    if (yielding.length === 0) return this.apply(signal);
    const { commandId: by, deviceId } = signal;
    const lane = this.lane(deviceId);
    const decision = decide(this.heads.get(by)?.state ?? { status: 'none' }, signal, {
      now: this.loaded.now,
      lane: { ...lane, queued: lane.queued - yielding.length },
    });
    if (decision.kind === 'rejected') return { rejection: decision.rejection };
    const supersessions = yielding.map(({ commandId }) => ({ kind: 'supersede', commandId, deviceId, by }) as const);
    return { events: [...supersessions, signal].flatMap((one) => eventsOf(this.apply(one))) };
  }

  /** On an idle lane the turn is given at once, so that what fits under the cap does not depend on who shares the batch. */
  private turnAtOnce({ commandId, deviceId }: Submit): readonly RecordedEvent[] {
    const lane = this.lane(deviceId);
    if (lane.queued !== 1 || !isFree(lane, this.loaded.now)) return [];
    return eventsOf(this.apply({ kind: 'turn', commandId, deviceId }));
  }

  /** The command's own lane; a stranger who answers for it has another one, and that does not move. */
  private moveLane(commandId: CommandId, event: CommandEvent, before: CommandState, after: AcceptedState): void {
    const lane = this.lanes.get(after.request.deviceId);
    if (lane !== undefined) this.lanes.set(lane.deviceId, evolveLane(lane, commandId, event, { before, after }));
  }

  private reachable({ deviceId, turn, epoch }: DeviceReachable): Effect {
    if (isOfOldSession(this.lane(deviceId), epoch)) return OLD_SESSION;
    this.extend(deviceId);
    this.lanes.set(deviceId, inSession(this.lane(deviceId), epoch));
    if (turn === 'later') this.postponed.add(deviceId);
    return { events: [] };
  }

  private unreachable({ deviceId, epoch }: DeviceUnreachable): Effect {
    const lane = this.lane(deviceId);
    if (isOfOldSession(lane, epoch)) return OLD_SESSION;
    this.lanes.set(deviceId, inSession(endLease(lane, this.loaded.now), epoch));
    return { events: this.giveUpImmediate(deviceId) };
  }

  private refused(signal: BrokerRefused): Effect {
    const effect = this.apply(signal);
    if ('rejection' in effect) return effect;
    return { events: [...effect.events, ...this.giveUpImmediate(signal.deviceId)] };
  }

  /** Immediate commands that joined the queue end with the presence of their device: nobody waits for them to be sent later. */
  private giveUpImmediate(deviceId: DeviceId): RecordedEvent[] {
    const left = this.members.notOutliving(this.lane(deviceId));
    return left.flatMap(({ commandId }) => eventsOf(this.apply({ kind: 'time-due', commandId, deviceId })));
  }

  /** One dead letter less: the lane moves when no other is open. Looked up under the lane's lock, so that no turn slips in between. */
  private unblocked({ deviceId, deadLetter }: LaneUnblocked): Effect {
    const lane = unblock(this.lane(deviceId), deadLetter);
    const next = this.openDeadLetters.get(deviceId);
    this.lanes.set(deviceId, next === undefined ? lane : block(lane, next));
    return { events: [] };
  }

  /** A lease with more than half of its time left is not written again: telemetry must not cost a write a message. */
  private extend(deviceId: DeviceId): void {
    const lane = this.lane(deviceId);
    const { now } = this.loaded;
    const fresh = lane.reachableUntil !== null && lane.reachableUntil - now > this.leaseMs / 2;
    if (fresh && lane.unreachableSince === null && lane.retryAt === null) return;
    this.lanes.set(deviceId, extendLease(lane, now, this.leaseMs));
  }

  lane(deviceId: DeviceId): Lane {
    const lane = this.lanes.get(deviceId);
    if (lane === undefined) throw new Error(`lane of device ${deviceId} was not locked`);
    return lane;
  }
}

function eventsOf(effect: Effect): readonly RecordedEvent[] {
  return 'events' in effect ? effect.events : [];
}
