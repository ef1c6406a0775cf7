import type { CommandEvent } from '../events.js';
import type { Lane } from '../lane.js';
import type { Rejection } from '../rejections.js';
import type { SignalKind, SignalOf } from '../signals.js';
import type { StateOf, Status } from '../states.js';

/** What a decision may look at besides the command: the database's clock (ms since 1970) and the device's lane. */
export interface Surroundings {
  readonly now: number;
  readonly lane: Lane;
  /**
   * The command's latest attempt that a dispatcher claimed for publishing, 0 for none: attempts after it were surely never
   * published. Absent where nobody knows; an attempt then counts as published.
   */
  readonly claimedAttempt?: number;
}

export type Decision =
  | { readonly kind: 'events'; readonly events: readonly CommandEvent[] }
  | { readonly kind: 'rejected'; readonly rejection: Rejection };

export const happened = (...events: CommandEvent[]): Decision => ({ kind: 'events', events });
export const rejected = (rejection: Rejection): Decision => ({ kind: 'rejected', rejection });

export type Handler<S extends Status, K extends SignalKind> = (
  state: StateOf<S>,
  signal: SignalOf<K>,
  around: Surroundings,
) => Decision;

/** One handler per kind of signal: a missing one does not compile. */
export type Handlers<S extends Status> = { readonly [K in SignalKind]: Handler<S, K> };
