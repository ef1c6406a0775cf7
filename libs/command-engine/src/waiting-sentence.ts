import type { WaitingExplanation } from './waiting-explanation.js';

type Known = Omit<WaitingExplanation, 'sentence'>;

/** The explanation for people. Times in ISO 8601, UTC. */
export function sentenceOf(known: Known): string {
  const parts = [mainClause(known)];
  if (known.overdue) parts.push('That time has passed and nobody has acted on it yet.');
  if (known.status === 'queued' && known.expiresAt !== null && !known.overdue) {
    parts.push(`It expires at ${time(known.expiresAt)}.`);
  }
  return parts.join(' ');
}

function mainClause(known: Known): string {
  const { reason, since } = known;
  switch (reason) {
    case 'finished':
      return `It waits for nothing: it ${finalVerb(known)} at ${time(since)}.`;
    case 'lane-blocked':
      return `The device's queue is blocked by dead letter ${known.blockedBy ?? ''} until that is replayed or discarded.`;
    case 'behind-command':
      return behindClause(known);
    case 'device-away':
      return `The device has not been seen since ${time(since)}; the command is sent as soon as it shows itself${orProbed(known)}.`;
    case 'put-back':
      return `${known.attempt === null ? 'What was sent to the device last' : `Attempt ${String(known.attempt)}`} reached nobody; the next attempt is at ${time(known.nextAttemptAt)}, or as soon as the device shows itself.`;
    case 'turn':
      return 'Nothing stands in its way: its turn comes at once.';
    case 'broker-confirmation':
      return awaited(known, "the broker's confirmation");
    case 'acknowledgement':
      return awaited(known, "the device's acknowledgement");
    case 'answer':
      return awaited(known, "the device's answer");
  }
}

const FINAL_VERBS: Partial<Record<Known['status'], string>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  'timed-out': 'timed out',
  expired: 'expired',
  canceled: 'was canceled',
};

function finalVerb({ status, supersededBy }: Known): string {
  return FINAL_VERBS[status] ?? `was superseded by command ${supersededBy ?? ''}`;
}

function behindClause({ ahead, behind }: Known): string {
  const others = ahead === 0 ? '' : ` and ${String(ahead)} queued before it`;
  if (behind === null) return `It waits behind the command that is under way${others}.`;
  if (behind.status !== 'queued') {
    return `It waits behind command ${behind.commandId}, which is ${behind.status}${others}. Of that one: ${mainClause(behind)}`;
  }
  const place = ahead <= 1 ? '' : `, the first of ${String(ahead)} before it`;
  return `It waits behind command ${behind.commandId}${place}. Of that one: ${mainClause(behind)}`;
}

function orProbed({ nextAttemptAt }: Known): string {
  return nextAttemptAt === null ? '' : `, and tried at ${time(nextAttemptAt)} in any case`;
}

function awaited({ attempt, until, nextAttemptAt, device, reason }: Known, what: string): string {
  const then = nextAttemptAt === null ? 'then it times out' : `then the next attempt is made`;
  const away =
    device.unreachableSince === null || reason === 'broker-confirmation'
      ? ''
      : ` The device has not been seen since ${time(device.unreachableSince)}.`;
  return `Attempt ${String(attempt)} awaits ${what} until ${time(until)}; ${then}.${away}`;
}

function time(ms: number | null): string {
  return ms === null ? 'an unknown time' : new Date(ms).toISOString();
}
