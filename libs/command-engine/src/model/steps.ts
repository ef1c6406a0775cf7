import type {
  CommandId,
  CommandRequest,
  DeliveryPolicy,
  DeviceAnswer,
  IdempotencyKey,
  Signal,
  SupersedeRule,
} from '@downlink/command-domain';
import { requestFor } from '../contracts/command-stories.js';
import { promised } from './broken-promise.js';
import type { CrashPoint } from './recorder.js';
import type { World } from './world.js';

/** What a caller asks for, in numbers small enough that limits are met often. */
export interface Wish {
  readonly device: number;
  readonly mode: CommandRequest['mode'];
  readonly policy: Pick<DeliveryPolicy, 'maxRetransmit' | 'laneCap' | 'lateAnswers' | 'immediate' | 'finishWithinMs'>;
  readonly lifetimeMs: number;
  readonly topic: string;
  readonly supersedes: SupersedeRule | null;
  readonly idempotency: IdempotencyKey | null;
}

/** Plain data, so that a failing run can be read. Numbers that name something are taken modulo how many there are. */
export type Step =
  | { readonly do: 'submit'; readonly wishes: readonly Wish[]; readonly crash: CrashPoint | null }
  | { readonly do: 'cancel'; readonly which: number; readonly crash: CrashPoint | null }
  | { readonly do: 'presence'; readonly device: number; readonly seen: 'here' | 'here, turn later' | 'gone' | 'turn' }
  | { readonly do: 'deliver'; readonly which: number; readonly broker: BrokerSays; readonly crash: CrashPoint | null }
  | { readonly do: 'receive'; readonly which: number; readonly device: DeviceDoes; readonly crash: CrashPoint | null }
  | {
      readonly do: 'answer';
      readonly which: number;
      readonly from: 'own' | 'foreign' | 'to unknown';
      readonly answer: Said;
      readonly times: number;
    }
  | { readonly do: 'duplicate'; readonly which: number; readonly many: number }
  | { readonly do: 'pass' | 'oversleep'; readonly ms: number }
  | { readonly do: 'block' | 'unblock'; readonly device: number; readonly deadLetter: string }
  | { readonly do: 'recover' };

type BrokerSays = 'accepted' | 'no-subscriber' | 'unavailable' | 'refused' | 'nothing';
type Said = 'acknowledged' | DeviceAnswer['outcome'];
type DeviceDoes = 'acknowledges' | 'acknowledges and answers' | 'fails' | 'stays silent' | 'loses it';

/** Does one step. @throws BrokenPromise */
export async function perform(world: World, step: Step): Promise<void> {
  switch (step.do) {
    case 'submit':
      return submit(world, step.wishes, step.crash);
    case 'cancel':
      return cancel(world, step.which, step.crash);
    case 'presence':
      return told(world, [presence(world.pick(world.devices, step.device)!, step.seen)]);
    case 'deliver':
      return deliver(world, step);
    case 'receive':
      return receive(world, step);
    case 'answer':
      return told(world, answer(world, step));
    case 'duplicate':
      return told(world, duplicates(world, step));
    case 'pass':
      return world.pass(step.ms);
    case 'oversleep':
      return world.oversleep(step.ms);
    case 'block':
    case 'unblock': {
      const deviceId = world.pick(world.devices, step.device)!;
      return told(world, [{ kind: `lane-${step.do}ed`, deviceId, deadLetter: step.deadLetter }]);
    }
    case 'recover':
      return world.recover();
  }
}

async function told(world: World, signals: readonly Signal[]): Promise<void> {
  if (signals.length > 0) await world.handle(signals);
}

async function submit(world: World, wishes: readonly Wish[], crash: CrashPoint | null): Promise<void> {
  const signals = wishes.map((wish): Signal => {
    const commandId = world.subject.nextId();
    const deviceId = world.pick(world.devices, wish.device)!;
    world.submitted.push({ commandId, deviceId });
    return {
      kind: 'submit',
      commandId,
      deviceId,
      request: requestOf(world, deviceId, wish),
      ...(wish.supersedes === null ? {} : { supersedes: wish.supersedes }),
      ...(wish.idempotency === null ? {} : { idempotency: wish.idempotency }),
    };
  });
  const outcomes = await world.handle(signals, crash);
  for (const outcome of outcomes ?? []) {
    if (outcome.kind !== 'committed' || outcome.head === null) continue;
    const { commandId, version } = outcome.head;
    const read = await world.subject.reader.head(commandId);
    promised('10', read !== undefined && read.version >= version, () => `${commandId} cannot be read after its answer`);
  }
}

function requestOf(world: World, deviceId: string, wish: Wish): CommandRequest {
  const { mode, lifetimeMs, topic, policy } = wish;
  const plain = requestFor(deviceId);
  return {
    ...plain,
    // Keys belong to an application; runs that share a store must not share them.
    applicationId: `app of ${world.devices[0]!}`,
    mode,
    method: topic,
    supersedeKey: topic,
    lifetimeMs: mode === 'immediate' && policy.immediate === 'bypass' ? 0 : lifetimeMs,
    policy: { ...plain.policy, answerWithinMs: 20_000, ...policy },
  };
}

async function cancel(world: World, which: number, crash: CrashPoint | null): Promise<void> {
  const submitted = world.pick(world.submitted, which);
  if (submitted === undefined) return;
  const { commandId, deviceId } = submitted;
  const outcomes = await world.handle([{ kind: 'cancel', commandId, deviceId }], crash);
  if (outcomes?.[0]?.kind !== 'committed') return;
  const read = await world.subject.reader.head(commandId);
  promised('10', read?.state.status === 'canceled', () => `${commandId} reads ${read?.state.status} after its cancel`);
}

function presence(deviceId: string, seen: (Step & { do: 'presence' })['seen']): Signal {
  if (seen === 'gone') return { kind: 'device-unreachable', deviceId };
  if (seen === 'turn') return { kind: 'lane-turn', deviceId };
  return { kind: 'device-reachable', deviceId, ...(seen === 'here' ? {} : { turn: 'later' }) };
}

async function deliver(world: World, { which, broker, crash }: Step & { do: 'deliver' }): Promise<void> {
  const message = world.pick(world.outgoing, which);
  if (message === undefined) return;
  world.outgoing.splice(world.outgoing.indexOf(message), 1);
  if (!(await world.mayPublish(message))) return;
  if (broker === 'accepted' || broker === 'nothing') world.wire.push(message);
  if (broker === 'nothing') return;
  const { commandId, deviceId, attempt } = message;
  const about = { commandId, deviceId, attempt };
  const signal: Signal =
    broker === 'accepted'
      ? { kind: 'broker-accepted', ...about }
      : { kind: 'broker-refused', ...about, reason: broker, detail: null };
  await world.handle([signal], crash);
}

async function receive(world: World, { which, device, crash }: Step & { do: 'receive' }): Promise<void> {
  const message = world.pick(world.wire, which);
  if (message === undefined) return;
  world.wire.splice(world.wire.indexOf(message), 1);
  if (device === 'loses it') return;
  world.execute(message);
  const { commandId, deviceId } = message;
  const acknowledged: Signal = { kind: 'device-acknowledged', commandId, deviceId };
  if (device === 'acknowledges') await world.handle([acknowledged], crash);
  if (device === 'acknowledges and answers')
    await world.handle([acknowledged, answered(commandId, deviceId, 'succeeded')], crash);
  if (device === 'fails') await world.handle([answered(commandId, deviceId, 'failed')], crash);
}

function answer(world: World, { which, from, answer: said, times }: Step & { do: 'answer' }): Signal[] {
  const unknown = { commandId: world.subject.nextId(), deviceId: world.devices[0]! };
  const about = from === 'to unknown' ? unknown : world.pick(world.submitted, which);
  if (about === undefined) return [];
  const { commandId, deviceId: own } = about;
  const foreign = world.devices.find((deviceId) => deviceId !== own)!;
  const deviceId = from === 'foreign' ? foreign : own;
  const signal: Signal =
    said === 'acknowledged'
      ? { kind: 'device-acknowledged', commandId, deviceId }
      : answered(commandId, deviceId, said);
  return Array.from({ length: times }, () => signal);
}

function answered(commandId: CommandId, deviceId: string, outcome: DeviceAnswer['outcome']): Signal {
  const answers: { readonly [O in DeviceAnswer['outcome']]: DeviceAnswer } = {
    succeeded: { outcome: 'succeeded', result: { done: true } },
    failed: { outcome: 'failed', result: null, code: '7' },
    unreadable: { outcome: 'unreadable', detail: 'no JSON' },
  };
  return { kind: 'device-answered', commandId, deviceId, answer: answers[outcome] };
}

/** Signals that were handed in before come again, the way a bus delivers at least once. */
function duplicates(world: World, { which, many }: Step & { do: 'duplicate' }): Signal[] {
  if (world.signals.length === 0) return [];
  const start = which % world.signals.length;
  return world.signals.slice(start, start + many);
}
