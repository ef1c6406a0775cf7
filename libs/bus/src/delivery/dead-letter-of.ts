import type { DeadLetter } from '@downlink/message-contracts';
import { describeError } from './describe-error.js';
import type { IncomingRecord } from './incoming-record.js';

export function deadLetterOf(record: IncomingRecord, error: unknown, group: string): DeadLetter {
  return {
    origin: record.origin,
    group,
    attempts: record.attempts,
    error: describeError(error),
    at: Date.now(),
  };
}
