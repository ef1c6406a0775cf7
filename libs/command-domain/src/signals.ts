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

/** The device gave a sign of life: its lease is extended and its lane may move. */
export interface DeviceReachable {
  readonly kind: 'device-reachable';
  readonly deviceId: DeviceId;
}

/** The device was seen to leave: a reason to wait, never to lose a command. */
export interface DeviceUnreachable {
  readonly kind: 'device-unreachable';
  readonly deviceId: DeviceId;
}

export type LaneSignal = DeviceReachable | DeviceUnreachable;
export type Signal = CommandSignal | LaneSignal;
