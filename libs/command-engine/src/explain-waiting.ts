import { deadlineOf, isFinal, mayRetransmit, presenceOf, type Queued } from '@downlink/command-domain';
import type { Head } from './ports/command-store.port.js';
import type { Situation } from './ports/command-reader.port.js';
import type { WaitingExplanation } from './waiting-explanation.js';
import { sentenceOf } from './waiting-sentence.js';

type Findings = Pick<WaitingExplanation, 'reason' | 'since'> &
  Partial<Pick<WaitingExplanation, 'until' | 'nextAttemptAt' | 'behind'>>;

/** Says why a command waits, from what stood there at one instant. Pure; every state has an explanation. */
export function explainWaiting(situation: Situation): WaitingExplanation {
  const { head, lane, now } = situation;
  const { state } = head;
  const deadline = deadlineOf(state);
  const known = {
    commandId: head.commandId,
    status: state.status,
    waiting: !isFinal(state),
    asOf: now,
    attempt: state.attempts === 0 ? null : state.attempts,
    until: null,
    nextAttemptAt: null,
    expiresAt: isFinal(state) ? null : state.expiresAt,
    ahead: situation.ahead,
    behind: null,
    blockedBy: isFinal(state) ? null : lane.blockedBy,
    supersededBy: state.status === 'superseded' ? state.by : null,
    device: {
      presence: presenceOf(lane, now),
      unreachableSince: lane.unreachableSince,
      reachableUntil: lane.reachableUntil,
    },
    overdue: deadline !== null && now >= deadline,
    ...findingsOf(situation),
  };
  return { ...known, sentence: sentenceOf(known) };
}

function findingsOf(situation: Situation): Findings {
  const { state } = situation.head;
  switch (state.status) {
    case 'queued':
      return queuedFindings(situation, state);
    case 'sending':
    case 'sent': {
      const nextAttemptAt = mayRetransmit(state, state.waitUntil) ? state.waitUntil : null;
      const reason = state.status === 'sending' ? 'broker-confirmation' : 'acknowledgement';
      return { reason, since: state.lastAttemptAt ?? state.acceptedAt, until: state.waitUntil, nextAttemptAt };
    }
    case 'delivered':
      return { reason: 'answer', since: state.deliveredAt ?? state.acceptedAt, until: state.waitUntil };
    default:
      return { reason: 'finished', since: state.finishedAt ?? state.acceptedAt };
  }
}

/** From what stops the whole lane to what concerns this command alone. */
function queuedFindings(situation: Situation, state: Queued): Findings {
  const { head, lane, now } = situation;
  const since = state.acceptedAt;
  if (lane.blockedBy !== null) return { reason: 'lane-blocked', since };
  const before = commandBefore(situation);
  if (before !== null) {
    const behind = explainWaiting({ ...situation, head: before, ahead: 0 });
    return { reason: 'behind-command', since, behind };
  }
  const retryAt = state.retryAt ?? lane.retryAt;
  const nextAttemptAt = retryAt !== null && retryAt > now ? retryAt : null;
  if (lane.unreachableSince !== null) return { reason: 'device-away', since: lane.unreachableSince, nextAttemptAt };
  if (nextAttemptAt !== null) return { reason: 'put-back', since: state.lastAttemptAt ?? since, nextAttemptAt };
  // A lane that claims to be held by nobody known is still not free; saying whose turn it is would be a guess.
  return lane.inFlight !== null && lane.inFlight !== head.commandId
    ? { reason: 'behind-command', since }
    : { reason: 'turn', since };
}

/** Who holds the lane, else who is first in its queue, unless it is this one. */
function commandBefore({ head, inFlight, firstQueued }: Situation): Head | null {
  if (inFlight !== null && inFlight.commandId !== head.commandId) return inFlight;
  if (firstQueued !== null && firstQueued.commandId !== head.commandId) return firstQueued;
  return null;
}
