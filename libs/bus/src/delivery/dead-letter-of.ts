import type { DeadLetter } from '@downlink/message-contracts';
import { describePoison } from './describe-poison.js';
import type { IncomingRecord } from './incoming-record.js';

export function deadLetterOf(record: IncomingRecord, error: unknown, group: string): DeadLetter {
  return {
    origin: record.origin,
    group,
    attempts: record.attempts,
    error: describePoison(record, error),
    at: Date.now(),
  };
}
