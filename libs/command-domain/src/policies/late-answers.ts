import type { Accepted } from '../states.js';

/** A device that goes on answering must not grow the history without end. */
export const MAX_RECORDED_ANSWERS = 10;

export function mayRecordAnswer(command: Accepted): boolean {
  return command.recordedAnswers < MAX_RECORDED_ANSWERS;
}

/** Whether an answer after the time-out still decides the command. */
export function acceptsLateAnswer(command: Accepted): boolean {
  return command.request.policy.lateAnswers === 'accept';
}
