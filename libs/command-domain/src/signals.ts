import type { CommandId, DeviceId } from './ids.js';
import type { Json } from './json.js';
import type { CommandRequest } from './request.js';

/** Everything that can happen to a command. `deviceId` is the lane to lock: the device concerned, or the one that spoke. */
interface About<Kind extends string> {
  readonly kind: Kind;
  readonly commandId: CommandId;
  readonly deviceId: DeviceId;
}

export interface Submit extends About<'submit'> {
  readonly request: CommandRequest;
  /** Which queued commands of the same application in the same lane give way to this one; none when absent. */
  readonly supersedes?: SupersedeRule;
  /** The caller's own name for this call: the same key and body again is the same command. */
  readonly idempotency?: IdempotencyKey;
}

/** `all`: every queued command; `method`: those of the same service and method; `key`: those with the same `supersedeKey`. */
export type SupersedeRule = 'all' | 'method' | 'key';

export interface IdempotencyKey {
  /** Unique per application. */
  readonly key: string;
  /** Of the body, so that the same key with another body is noticed. */
  readonly digest: string;
}

export type Cancel = About<'cancel'>;

export interface Supersede extends About<'supersede'> {
  readonly by: CommandId;
}

/** The lane gives the command its turn. Made by the engine only. */
export type Turn = About<'turn'>;

export interface BrokerAccepted extends About<'broker-accepted'> {
  readonly attempt: number;
}

/**
 * `no-subscriber`: the broker has nobody for the topic. `unavailable`: surely not written, the broker is away.
 * `refused`: the broker said no (quota, rights).
 */
export interface BrokerRefused extends About<'broker-refused'> {
  readonly attempt: number;
  readonly reason: 'no-subscriber' | 'unavailable' | 'refused';
  readonly detail: string | null;
}

export type DeviceAcknowledged = About<'device-acknowledged'>;

export type DeviceAnswer =
  | { readonly outcome: 'succeeded'; readonly result: Json }
  | { readonly outcome: 'failed'; readonly result: Json; readonly code: string | null }
  | { readonly outcome: 'unreadable'; readonly detail: string };

export interface DeviceAnswered extends About<'device-answered'> {
  readonly answer: DeviceAnswer;
}

/** The command's deadline may have passed; whether it has is decided on the database's clock. */
export type TimeDue = About<'time-due'>;

export type CommandSignal =
  Submit | Cancel | Supersede | Turn | BrokerAccepted | BrokerRefused | DeviceAcknowledged | DeviceAnswered | TimeDue;
export type SignalKind = CommandSignal['kind'];
export type SignalOf<K extends SignalKind> = Extract<CommandSignal, { kind: K }>;

/**
 * The device gave a sign of life: its lease is extended and its lane may move. With `turn: 'later'` only the lease is
 * extended, and whoever handed the signal in gives the turn afterwards (`lane-turn`), as a storm of reconnects is let
 * through bit by bit.
 */
export interface DeviceReachable {
  readonly kind: 'device-reachable';
  readonly deviceId: DeviceId;
  readonly turn?: 'now' | 'later';
  readonly epoch?: PresenceEpoch;
}

/**
 * The session that a report of presence is about, as the device numbers its own: later sessions have higher numbers. Where
 * a report has one, word of an older session changes nothing, whenever it arrives: a broker sends the will of a session that
 * it has given up long after the device is back. Reports without one count in the order of their arrival.
 */
export type PresenceEpoch = number;

/** The lane may move if it is free: what a postponed turn, or a lane found idle, is given by. */
export interface LaneTurn {
  readonly kind: 'lane-turn';
  readonly deviceId: DeviceId;
}

/** A record about the device could not be handled: nothing leaves the lane until the dead letter is dealt with. */
export interface LaneBlocked {
  readonly kind: 'lane-blocked';
  readonly deviceId: DeviceId;
  readonly deadLetter: string;
}

/** The dead letter was replayed or discarded. The lane stays blocked when another one is open. */
export interface LaneUnblocked {
  readonly kind: 'lane-unblocked';
  readonly deviceId: DeviceId;
  readonly deadLetter: string;
}

/** The device was seen to leave: a reason to wait, never to lose a command. */
export interface DeviceUnreachable {
  readonly kind: 'device-unreachable';
  readonly deviceId: DeviceId;
  readonly epoch?: PresenceEpoch;
}

export type LaneSignal = DeviceReachable | DeviceUnreachable | LaneTurn | LaneBlocked | LaneUnblocked;
export type Signal = CommandSignal | LaneSignal;
