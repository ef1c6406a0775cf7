import type { Lane, Rejection, Signal } from '@downlink/command-domain';
import type { Head, RecordedEvent } from './ports/command-store.port.js';

/** What became of one signal. */
export type Outcome =
  /**
   * Committed. `head` is the command after the whole batch (null for signals about a lane); `events` are this signal's own, those of
   * commands that gave way or ended with it included. A submission under a key that stands for a command already has no
   * events and that command's head.
   */
  | {
      readonly kind: 'committed';
      readonly signal: Signal;
      readonly head: Head | null;
      readonly events: readonly RecordedEvent[];
      /** For signals about a lane: the lane after the whole batch. */
      readonly lane?: Lane;
    }
  /** Nothing was stored. `head` is the command as it stands, when there is one. */
  | { readonly kind: 'rejected'; readonly signal: Signal; readonly rejection: Rejection; readonly head: Head | null }
  /** This signal alone cannot be stored; its neighbours were. `cause` is what the store said of it. */
  | { readonly kind: 'failed'; readonly signal: Signal; readonly cause: unknown };

/** The one door: everything that can happen to a command goes through here. */
export interface Engine {
  /**
   * Handles signals in order, in one transaction, and returns one outcome for each, in the same order. One bad signal never
   * spoils its batch: a batch that the store refuses is split until the culprit stands alone.
   * @throws Fault (retryable) when the store is away; whether anything was committed is then unknown, and handing in the
   *   same signals again is safe.
   */
  handle(signals: readonly Signal[]): Promise<Outcome[]>;
}
