import { UnreadableMessage } from './unreadable-message.js';

/** Where a record stood on the bus. Offsets are 64-bit, hence text. */
export interface Origin {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
}

/** Why a record became a dead letter. */
export interface DeadLetter {
  readonly origin: Origin;
  /** The consumer group that could not take it. */
  readonly group: string;
  /** How often its handler was called with it, alone or among others. */
  readonly attempts: number;
  /** The error's name, code and message; no stack, no payload. */
  readonly error: string;
  /** When it was given up, ms since 1970, by the consumer's clock. */
  readonly at: number;
}

/** They stand beside the record's own headers, which are kept. */
export const DEAD_LETTER_HEADER = {
  topic: 'dlq-topic',
  partition: 'dlq-partition',
  offset: 'dlq-offset',
  group: 'dlq-group',
  attempts: 'dlq-attempts',
  error: 'dlq-error',
  at: 'dlq-at',
} as const;

const MAX_ERROR_LENGTH = 2_000;

export function writeDeadLetterHeaders(letter: DeadLetter): Record<string, string> {
  return {
    [DEAD_LETTER_HEADER.topic]: letter.origin.topic,
    [DEAD_LETTER_HEADER.partition]: String(letter.origin.partition),
    [DEAD_LETTER_HEADER.offset]: letter.origin.offset,
    [DEAD_LETTER_HEADER.group]: letter.group,
    [DEAD_LETTER_HEADER.attempts]: String(letter.attempts),
    [DEAD_LETTER_HEADER.error]: letter.error.slice(0, MAX_ERROR_LENGTH),
    [DEAD_LETTER_HEADER.at]: String(letter.at),
  };
}

/** @throws UnreadableMessage when a header is missing or wrong */
export function readDeadLetterHeaders(wire: Readonly<Record<string, string | undefined>>): DeadLetter {
  const text = (name: string): string => {
    const value = wire[name];
    if (value === undefined) throw new UnreadableMessage(`header ${name}`, 'missing');
    return value;
  };
  const integer = (name: string): number => {
    const value = Number(text(name));
    if (!Number.isSafeInteger(value)) throw new UnreadableMessage(`header ${name}`, 'not an integer');
    return value;
  };
  return {
    origin: {
      topic: text(DEAD_LETTER_HEADER.topic),
      partition: integer(DEAD_LETTER_HEADER.partition),
      offset: text(DEAD_LETTER_HEADER.offset),
    },
    group: text(DEAD_LETTER_HEADER.group),
    attempts: integer(DEAD_LETTER_HEADER.attempts),
    error: text(DEAD_LETTER_HEADER.error),
    at: integer(DEAD_LETTER_HEADER.at),
  };
}
