import type { AcceptedState, Queued } from '../states.js';

/**
 * Only a command of which no attempt reached a listener can be withdrawn (Huawei, Modifying Device Commands: PENDING
 * only). One that was put back is queued again, and nobody has it: it can be withdrawn too.
 */
export function isCancelable(state: AcceptedState): state is Queued {
  return state.status === 'queued';
}
