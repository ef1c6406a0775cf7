import type { Answer } from '../command.js';

/** What a device remembers of a command. Without an answer it is under way. */
export interface Remembered {
  readonly id: string;
  readonly answer?: Answer;
  /** The broker has the answer. */
  readonly told: boolean;
}

/**
 * What a device must not forget: which commands it has begun and what it answered. It holds a window of the newest commands; a
 * repetition that comes when its command has left the window is executed again, so the window must be longer than commands are
 * retransmitted.
 */
export interface ExecutionMemory {
  /** Before anything else. @throws when what it has kept cannot be read */
  open(): Promise<void>;
  find(id: string): Remembered | undefined;
  /** All that was begun or answered and not told, oldest first. */
  untold(): readonly Remembered[];
  /** The command is executed from now on. Resolves when that outlives a loss of power; rejects when it could not be kept. */
  begin(id: string): Promise<void>;
  /** What is answered, now and whenever the command is repeated. Resolves and rejects as `begin`. */
  finish(id: string, answer: Answer): Promise<void>;
  /** The broker has the answer. May be lost: then it is told once more. */
  markTold(id: string): Promise<void>;
  /** A number for the session that begins now: larger than all before and, if the clock is right, `now` (ms). */
  nextEpoch(now: number): Promise<number>;
  close(): Promise<void>;
}
