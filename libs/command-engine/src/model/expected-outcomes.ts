import type { Cancel, DeviceAcknowledged, DeviceAnswered, Signal, Submit } from '@downlink/command-domain';
import type { Outcome } from '../outcome.js';
import { isOver, keyName, takesTurns, type AssumedCommand, type Assumptions } from './assumed-command.js';
import { promised } from './broken-promise.js';

/** What a caller may say of an outcome before he hears it: `committed`, or the code of a rejection; null for either. */
type Expectation = string | null;

/**
 * Whether the answer to a signal is the one that a caller could count on. Called before the signal's events are applied.
 * @throws BrokenPromise
 */
export function expectOutcome(model: Assumptions, signal: Signal, outcome: Outcome): void {
  const said = outcome.kind === 'rejected' ? outcome.rejection.code : outcome.kind;
  promised('bad input', said !== 'failed', () => `${signal.kind} could not be handled`);
  const [rule, expected] = expectation(model, signal);
  promised(rule, expected === null || said === expected, () => `${signal.kind} was ${said}, expected was ${expected}`);
  if (signal.kind === 'submit') expectFirstCommand(model, signal, outcome);
}

function expectation(model: Assumptions, signal: Signal): [rule: string, expected: Expectation] {
  switch (signal.kind) {
    case 'submit':
      return submitted(model, signal);
    case 'cancel':
      return ['4', canceled(model, signal)];
    case 'device-acknowledged':
    case 'device-answered':
      return ['5', heard(model, signal)];
    case 'broker-accepted':
    case 'broker-refused': {
      const command = model.commands.get(signal.commandId);
      const current = command?.status === 'sending' && command.attempts === signal.attempt;
      return ['2', current ? 'committed' : null];
    }
    case 'device-reachable':
    case 'device-unreachable':
    case 'lane-turn':
    case 'lane-blocked':
    case 'lane-unblocked':
      return ['bad input', 'committed'];
    default:
      return ['2', null];
  }
}

function submitted(model: Assumptions, signal: Submit): [rule: string, expected: Expectation] {
  const { commandId, request, idempotency, supersedes } = signal;
  const first = idempotency && model.keys.get(keyName(request.applicationId, idempotency.key));
  if (first) return ['9', first.digest === idempotency.digest ? 'committed' : 'idempotency-key-reused'];
  if (model.commands.has(commandId)) return ['9', 'already-accepted'];
  if (!takesTurns(request)) return ['6', 'committed'];
  if (request.mode === 'immediate' && model.lane(request.deviceId).away !== null) return ['6', 'device-unreachable'];
  const givingWay = supersedes === undefined ? 0 : model.givingWay(request, supersedes).length;
  const waiting = model.queued(request.deviceId).length - givingWay;
  return ['6', waiting < request.policy.laneCap ? 'committed' : 'lane-full'];
}

/** A repeated call is answered with the first call's command and leaves nothing behind; a first one has all that gives way give way. */
function expectFirstCommand(model: Assumptions, signal: Submit, outcome: Outcome): void {
  if (outcome.kind !== 'committed') return;
  const { request, idempotency, supersedes } = signal;
  const first = idempotency && model.keys.get(keyName(request.applicationId, idempotency.key));
  if (first) {
    const same = outcome.head?.commandId === first.commandId && outcome.events.length === 0;
    return promised('9', same, () => `a repeated key was answered with ${outcome.head?.commandId}`);
  }
  const gone = outcome.events.filter(({ event }) => event.type === 'CommandSuperseded').map((one) => one.commandId);
  const expected = supersedes === undefined ? [] : model.givingWay(request, supersedes).map((one) => one.commandId);
  const all = gone.length === expected.length && expected.every((commandId) => gone.includes(commandId));
  promised('superseded', all, () => `${gone.length} gave way, expected were ${expected.length}`);
}

function canceled(model: Assumptions, { commandId }: Cancel): Expectation {
  const command = model.commands.get(commandId);
  if (command === undefined) return 'unknown-command';
  return command.status === 'queued' ? 'committed' : 'not-cancelable';
}

/** Nothing that a device says is dropped without a fact, but what it has said ten times too often. */
function heard(model: Assumptions, signal: DeviceAcknowledged | DeviceAnswered): Expectation {
  const command = model.commands.get(signal.commandId);
  if (command === undefined) return 'unknown-command';
  const own = command.request.deviceId === signal.deviceId;
  if (own && counts(command, signal)) return 'committed';
  if (own && signal.kind === 'device-acknowledged' && command.status === 'delivered') return 'already-acknowledged';
  return command.recorded < 10 ? 'committed' : 'too-many-answers';
}

/** Whether it moves the command on; behind the caller's last call it still does, to its end. */
function counts(command: AssumedCommand, signal: DeviceAcknowledged | DeviceAnswered): boolean {
  const readable = signal.kind === 'device-answered' && signal.answer.outcome !== 'unreadable';
  if (command.status === 'timed-out') return readable && command.request.policy.lateAnswers === 'accept';
  if (isOver(command) || command.attempts === 0) return false;
  return signal.kind === 'device-acknowledged' ? command.status !== 'delivered' : readable;
}
