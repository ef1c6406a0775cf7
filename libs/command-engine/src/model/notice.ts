import type { CommandId, Signal } from '@downlink/command-domain';
import type { AssumedLane } from './assumed-command.js';

/** What the world has handed in so far: a fact without its cause is an invention. */
export interface Evidence {
  readonly canceled: Set<CommandId>;
  readonly acknowledged: Set<CommandId>;
  readonly answered: Set<CommandId>;
}

/** What a signal says about the world, whatever is decided about the command. */
export function notice(signal: Signal, lane: AssumedLane, evidence: Evidence, own: boolean): void {
  if (/^device-(reachable|acknowledged|answered)$/.test(signal.kind))
    Object.assign(lane, { away: null, pausedUntil: null });
  switch (signal.kind) {
    case 'device-reachable':
      lane.turnPostponed = signal.turn === 'later';
      break;
    case 'lane-turn':
      lane.turnPostponed = false;
      break;
    case 'device-unreachable':
      lane.away = 'reported';
      break;
    case 'lane-blocked':
      lane.blockedBy ??= signal.deadLetter;
      break;
    case 'lane-unblocked':
      if (lane.blockedBy === signal.deadLetter) lane.blockedBy = null;
      break;
    case 'cancel':
      evidence.canceled.add(signal.commandId);
      break;
    case 'device-acknowledged':
      if (own) evidence.acknowledged.add(signal.commandId);
      break;
    case 'device-answered':
      if (own && signal.answer.outcome !== 'unreadable') evidence.answered.add(signal.commandId);
      break;
    default:
  }
}
