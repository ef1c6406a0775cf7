import type { PubackGate } from './hold-pubacks.js';
import type { ReceivedMessage } from './received-message.js';

/** A message that waits for its batch, and how it is acknowledged (QoS 1 only). */
export interface InboxEntry {
  message: ReceivedMessage;
  acknowledgement?: { gate: PubackGate; messageId: number };
}

/** What has arrived and is not yet handed over, in order of arrival, bounded. Pure bookkeeping, no I/O. */
export class Inbox {
  readonly #limit: number;
  #entries: InboxEntry[] = [];
  #paused: (() => void)[] = [];

  /** @param limit entries from which on the inbox is full */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#entries.length;
  }

  get full(): boolean {
    return this.#entries.length >= this.#limit;
  }

  push(entry: InboxEntry): void {
    this.#entries.push(entry);
  }

  /** The oldest entries, at most `most`. */
  take(most: number): InboxEntry[] {
    const taken = this.#entries.splice(0, most);
    this.#resume();
    return taken;
  }

  /** Calls back once the inbox is half empty: the parser waits here when a broker knows no bound of its own. */
  whenRoomy(resume: () => void): void {
    this.#paused.push(resume);
  }

  /** Forgets what another connection than `gate`'s has to acknowledge: the broker kept the session and sends it again. */
  forgetUnacknowledgedExcept(gate: PubackGate): void {
    this.#entries = this.#entries.filter(({ acknowledgement }) => !acknowledgement || acknowledgement.gate === gate);
    this.#resume();
  }

  #resume(): void {
    if (this.#entries.length * 2 > this.#limit) return;
    for (const resume of this.#paused.splice(0)) resume();
  }
}
