import type { JsonValue } from './json.js';

/** A command as the device has received it. */
export interface Command {
  /** Names the command for good: what repetitions are known by, and what its answer says. Its shape is the wire format's affair. */
  readonly id: string;
  readonly service: string;
  readonly method: string;
  readonly parameters: { readonly [name: string]: JsonValue };
  /** 1 for the first transmission. */
  readonly attempt: number;
  /** Milliseconds of the Unix epoch: not executed after it. Infinity where the format has none. */
  readonly deadline: number;
}

/** What became of a command. */
export interface Answer {
  readonly outcome: 'succeeded' | 'failed';
  /** Of a failure; at most 128 characters. */
  readonly code?: string;
  readonly result?: JsonValue;
}

/** Thrown by a handler to answer that the command has failed, with a code of its own and, if given, a result. */
export class CommandFailed extends Error {
  constructor(
    readonly code: string,
    readonly result?: JsonValue,
  ) {
    super(`the command has failed: ${code}`);
  }
}
