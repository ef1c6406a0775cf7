import type { AcceptedState } from '@downlink/command-domain';
import type { Head, Outcome } from '@downlink/command-engine';
import { huaweiError } from '../errors/error-answer.js';
import { errorOfRejection } from '../errors/error-map.js';
import type { HuaweiErrorName } from '../errors/error-table.js';

/**
 * The command after a committed signal. @throws ErrorAnswer for a rejection, under another name where the call has one of its own for it;
 * the Fault of a signal that failed
 */
export function headOf(outcome: Outcome, names: Partial<Record<string, HuaweiErrorName>> = {}): Head {
  if (outcome.kind === 'failed') throw outcome.cause;
  if (outcome.kind === 'rejected') {
    const { code } = outcome.rejection;
    throw huaweiError(names[code] ?? errorOfRejection(code), rejectionDetail(code, outcome.head?.state));
  }
  if (outcome.head === null) throw new Error('a committed command has no head');
  return outcome.head;
}

function rejectionDetail(code: string, state: AcceptedState | undefined): string {
  return state === undefined ? code : `${code}: the command is ${state.status}`;
}
