import type { Head, Outcome } from '@downlink/command-engine';
import { enosError } from '../errors/error-answer.js';
import { errorOfRejection } from '../errors/error-map.js';

/** The command after what was asked of it. @throws ErrorAnswer when it was refused, and the cause when it failed */
export function headOf(outcome: Outcome): Head {
  if (outcome.kind === 'failed') throw outcome.cause;
  if (outcome.kind === 'rejected') throw enosError(errorOfRejection(outcome.rejection.code));
  if (outcome.head === null) throw new Error('a committed command has no head');
  return outcome.head;
}
