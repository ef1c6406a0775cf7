import type {
  CommandEvent,
  CommandId,
  DeviceId,
  EventOf,
  EventType,
  Signal,
  SupersedeRule,
} from '@downlink/command-domain';
import type { Outcome } from '../outcome.js';
import type { RecordedEvent } from '../ports/command-store.port.js';
import { ACCEPTED, isInFlight, isOver, keyName, lastCall, newAssumedLane, takesTurns } from './assumed-command.js';
import type { AssumedCommand, AssumedLane, Assumptions } from './assumed-command.js';
import { BrokenPromise, promised } from './broken-promise.js';
import { expectOutcome } from './expected-outcomes.js';
import { notice, type Evidence } from './notice.js';

/** One unit of work that the store committed. */
export interface CommittedUnit {
  readonly signals: readonly Signal[];
  /** Null when the process died before it could tell. */
  readonly outcomes: readonly Outcome[] | null;
  readonly events: readonly RecordedEvent[];
}

type Rules = { readonly [T in Exclude<EventType, 'CommandAccepted'>]: (c: AssumedCommand, event: EventOf<T>) => void };

/**
 * What an application may assume, and nothing of how it is done: it reads signals, outcomes and facts in the order of the
 * commits and throws `BrokenPromise` as soon as they cannot be true together.
 */
export class Model implements Assumptions {
  readonly commands = new Map<CommandId, AssumedCommand>();
  readonly log: RecordedEvent[] = [];
  readonly keys = new Map<string, { commandId: CommandId; digest: string }>();
  private readonly lanes = new Map<DeviceId, AssumedLane>();

  /** @param concurrent whether units of work overlap: what one read without a lock may then be older than its place in the order */
  constructor(private readonly concurrent = false) {}

  private readonly evidence: Evidence = { canceled: new Set(), acknowledged: new Set(), answered: new Set() };

  /** @throws BrokenPromise */
  observe(unit: CommittedUnit): void {
    const { signals, outcomes, events } = unit;
    let next = 0;
    for (const [index, signal] of signals.entries()) {
      notice(signal, this.lane(signal.deviceId), this.evidence, this.isOwn(signal));
      const outcome = outcomes?.[index];
      if (outcome === undefined) continue;
      if (!this.concurrent || this.isUnderLock(signal)) expectOutcome(this, signal, outcome);
      const own = outcome.kind === 'committed' ? outcome.events : [];
      for (const told of own) {
        const written = events[next++];
        promised('2', written === told, () => `an outcome tells of ${told.event.type}, which is not what was written`);
        this.apply(told);
      }
      this.remember(signal);
    }
    for (const event of events.slice(next)) this.apply(event);
    signals.forEach((signal) => this.remember(signal));
    for (const { deviceId } of signals) this.expectNoStandstill(deviceId);
    this.expectSuccessors(events);
  }

  lane(deviceId: DeviceId): AssumedLane {
    let lane = this.lanes.get(deviceId);
    if (lane === undefined) this.lanes.set(deviceId, (lane = newAssumedLane()));
    return lane;
  }

  queued(deviceId: DeviceId): AssumedCommand[] {
    return this.of(deviceId).filter(({ status }) => status === 'queued');
  }

  inFlight(deviceId: DeviceId): AssumedCommand[] {
    return this.of(deviceId).filter(isInFlight);
  }

  /** The queued commands that have to give way to one with this request. */
  givingWay(request: AssumedCommand['request'], rule: SupersedeRule): AssumedCommand[] {
    return this.queued(request.deviceId).filter(({ request: other }) => {
      if (other.applicationId !== request.applicationId) return false;
      if (rule === 'all') return true;
      if (rule === 'method') return other.service === request.service && other.method === request.method;
      return request.supersedeKey !== undefined && other.supersedeKey === request.supersedeKey;
    });
  }

  private of(deviceId: DeviceId): AssumedCommand[] {
    return [...this.commands.values()].filter(({ request }) => request.deviceId === deviceId);
  }

  /** Whether what the signal is about belongs to the lane that it locks. */
  private isUnderLock(signal: Signal): boolean {
    if (!('commandId' in signal)) return true;
    const { deviceId, commandId } = signal;
    const key = signal.kind === 'submit' && signal.idempotency;
    const first = key ? this.keys.get(keyName(signal.request.applicationId, key.key)) : undefined;
    const about = [commandId, ...(first ? [first.commandId] : [])].map((id) => this.commands.get(id));
    return about.every((command) => command === undefined || command.request.deviceId === deviceId);
  }

  /** Whether the device that the signal names is the one that the command is for. */
  private isOwn(signal: Signal): boolean {
    return 'commandId' in signal && this.commands.get(signal.commandId)?.request.deviceId === signal.deviceId;
  }

  private remember(signal: Signal): void {
    if (signal.kind !== 'submit' || signal.idempotency === undefined) return;
    const name = keyName(signal.request.applicationId, signal.idempotency.key);
    const accepted = this.commands.has(signal.commandId);
    if (accepted && !this.keys.has(name))
      this.keys.set(name, { commandId: signal.commandId, digest: signal.idempotency.digest });
  }

  private apply(recorded: RecordedEvent): void {
    const { commandId, version, event } = recorded;
    this.log.push(recorded);
    if (event.type === 'CommandAccepted') return this.accept(commandId, version, event);
    const command = this.commands.get(commandId);
    if (command === undefined) throw new BrokenPromise('2', `${event.type} of a command that was never accepted`);
    promised('2', version === command.version + 1, () => `version ${version} after version ${command.version}`);
    command.version = version;
    (this.rules[event.type] as (c: AssumedCommand, e: CommandEvent) => void)(command, event);
  }

  private accept(commandId: CommandId, version: number, event: EventOf<'CommandAccepted'>): void {
    const { request, expiresAt, lanePosition, at } = event;
    promised('2', version === 1 && !this.commands.has(commandId), () => `${commandId} accepted twice`);
    const lane = this.lane(request.deviceId);
    promised('3', lanePosition > lane.lastPosition, () => `position ${lanePosition} after ${lane.lastPosition}`);
    lane.lastPosition = lanePosition;
    this.commands.set(commandId, {
      ...ACCEPTED,
      commandId,
      request,
      acceptedAt: at,
      expiresAt,
      position: lanePosition,
      version,
    });
    const waiting = this.queued(request.deviceId).length;
    const fits = !takesTurns(request) || waiting <= request.policy.laneCap;
    promised('6', fits, () => `${waiting} queued, the cap is ${request.policy.laneCap}`);
  }

  private readonly rules: Rules = {
    AttemptStarted: (command, event) => this.startAttempt(command, event),
    AttemptSent: (command, { attempt }) => {
      promised('2', attempt === command.attempts && command.confirmed < attempt, () => `attempt ${attempt} sent twice`);
      command.confirmed = attempt;
      if (command.status === 'sending') command.status = 'sent';
    },
    AttemptNotSent: (command, { attempt, retryAt, reason, at }) => {
      const current = command.status === 'sending' && attempt === command.attempts;
      promised('2', current, () => `attempt ${attempt} not sent in state ${command.status}`);
      if (retryAt === null) return;
      promised('2', takesTurns(command.request), () => 'a command without a queue was put back into it');
      promised('11', retryAt >= at, () => 'a probe before the refusal');
      Object.assign(command, { status: 'queued', tries: command.tries - 1, putBack: true });
      const lane = this.lane(command.request.deviceId);
      lane.pausedUntil = retryAt;
      if (reason === 'no-subscriber') lane.away ??= 'broker';
    },
    CommandDelivered: (command, { answerBy }) => {
      this.expectReached(command, 'acknowledged');
      promised('5', (command.deliveries += 1) === 1, () => 'an acknowledgement counted twice');
      Object.assign(command, { status: 'delivered', waitUntil: answerBy });
    },
    CommandSucceeded: (command, event) => this.decide(command, 'succeeded', event.at),
    CommandFailed: (command, event) => this.decide(command, 'failed', event.at),
    CommandTimedOut: (command, { at }) => {
      const { maxRetransmit } = command.request.policy;
      const outOfTries = command.tries >= 1 + maxRetransmit || (command.expiresAt !== null && at >= command.expiresAt);
      const waited = command.status === 'queued' || at >= command.waitUntil;
      const givenUp = command.status === 'delivered' || outOfTries || at >= lastCall(command);
      promised('11', waited && givenUp, () => `timed out early, in state ${command.status}`);
      this.finish(command, 'timed-out', at);
    },
    CommandExpired: (command, { at }) => {
      promised('2', command.status === 'queued', () => `expired in state ${command.status}`);
      const { mode, deviceId } = command.request;
      const left = mode === 'immediate' && this.lane(deviceId).away !== null;
      const over = command.expiresAt !== null && at >= command.expiresAt;
      promised('11', over || left, () => 'expired before its time');
      this.finish(command, 'expired', at);
    },
    CommandCanceled: (command, { at }) => {
      const asked = this.evidence.canceled.has(command.commandId);
      promised('4', command.status === 'queued' && asked, () => `canceled in state ${command.status}`);
      this.finish(command, 'canceled', at);
    },
    CommandSuperseded: (command, { at, by }) => {
      promised('4', command.status === 'queued', () => `superseded in state ${command.status}`);
      command.supersededBy = by;
      this.finish(command, 'superseded', at);
    },
    LateAnswerRecorded: (command) => this.record(command),
    AnswerRejected: (command) => this.record(command),
  };

  private startAttempt(command: AssumedCommand, { at, attempt, waitUntil }: EventOf<'AttemptStarted'>): void {
    const { request, status, expiresAt } = command;
    promised('4', ['queued', 'sending', 'sent'].includes(status), () => `an attempt started in state ${status}`);
    promised('2', attempt === command.attempts + 1, () => `attempt ${attempt} after attempt ${command.attempts}`);
    promised('4', at < (expiresAt ?? Infinity) && at < lastCall(command), () => 'an attempt started after expiry');
    command.tries += 1;
    promised('4', command.tries <= 1 + request.policy.maxRetransmit, () => `${command.tries} attempts counted`);
    const least = request.policy.firstWaitMs * 2 ** (command.tries - 1);
    const most = least * (1 + request.policy.waitJitter);
    const cut = Math.min(waitUntil - at, most) + Number(waitUntil === lastCall(command)) * least;
    promised(
      'wait',
      cut >= least && waitUntil - at <= most + 1,
      () => `waits ${waitUntil - at} ms after try ${command.tries}`,
    );
    if (takesTurns(request)) this.expectTurn(command, at);
    if (status !== 'queued') promised('11', at >= command.waitUntil, () => 'resent before its wait was over');
    Object.assign(command, { status: 'sending', attempts: attempt, waitUntil, putBack: false });
  }

  private expectTurn(command: AssumedCommand, at: number): void {
    const { deviceId } = command.request;
    const lane = this.lane(deviceId);
    const others = this.inFlight(deviceId).filter((other) => other !== command);
    promised('3', others.length === 0, () => `started while ${others[0]!.commandId} was in flight`);
    if (command.status !== 'queued') return;
    const earlier = this.queued(deviceId).find(({ position }) => position < command.position);
    promised('3', earlier === undefined, () => `overtook position ${earlier!.position}`);
    promised('block', lane.blockedBy === null, () => `started on a lane blocked by ${lane.blockedBy}`);
    promised('away', lane.away === null || command.putBack, () => 'started towards a device known to be away');
    promised('11', lane.pausedUntil === null || at >= lane.pausedUntil, () => 'probed before its pause was over');
    lane.pausedUntil = null;
  }

  private expectReached(command: AssumedCommand, by: 'acknowledged' | 'answered'): void {
    const open =
      !isOver(command) || (command.status === 'timed-out' && command.request.policy.lateAnswers === 'accept');
    promised('5', open && command.attempts > 0, () => `${by} in state ${command.status}`);
    promised('5', this.evidence[by].has(command.commandId), () => `${by}, although its device never said so`);
  }

  private decide(command: AssumedCommand, status: 'succeeded' | 'failed', at: number): void {
    this.expectReached(command, 'answered');
    promised('5', (command.decisions += 1) === 1, () => 'two answers changed the state');
    if (command.status === 'timed-out') command.status = status;
    else this.finish(command, status, at);
  }

  private finish(command: AssumedCommand, status: AssumedCommand['status'], at: number): void {
    promised('1', !isOver(command), () => `${status} after ${command.status}`);
    const hadTheTurn = command.putBack || isInFlight(command);
    Object.assign(command, { status, finishedAt: at, putBack: false });
    // The pause, and the belief that nobody listens, were this command's: the next one finds out for itself.
    const lane = this.lane(command.request.deviceId);
    if (hadTheTurn) Object.assign(lane, { pausedUntil: null, away: lane.away === 'reported' ? 'reported' : null });
  }

  private record(command: AssumedCommand): void {
    promised('5', (command.recorded += 1) <= 10, () => `${command.recorded} answers recorded`);
  }

  /** A lane with somebody waiting has somebody in flight, or a reason that ends. */
  private expectNoStandstill(deviceId: DeviceId): void {
    const { away, blockedBy, turnPostponed } = this.lane(deviceId);
    const waiting = this.queued(deviceId);
    if (waiting.length === 0 || away === 'reported' || blockedBy !== null || turnPostponed) return;
    // One that was put back has a deadline of its own, the instant of its probe.
    const moving = waiting.some(({ putBack }) => putBack) || this.inFlight(deviceId).length > 0;
    promised('1', moving, () => `${waiting.length} wait on ${deviceId} for nothing that will come`);
  }

  private expectSuccessors(events: readonly RecordedEvent[]): void {
    for (const { commandId, event } of events) {
      if (event.type !== 'CommandSuperseded') continue;
      const [old, successor] = [this.commands.get(commandId)!, this.commands.get(event.by)];
      const follows = successor?.request.deviceId === old.request.deviceId && successor.position > old.position;
      promised('superseded', follows, () => `superseded by ${event.by}, which is no later command of its lane`);
    }
  }
}
