import type { AcceptedState, EventOf, JsonObject } from '@downlink/command-domain';
import type { DeliveryRecord, Head, RecordedEvent } from '@downlink/command-engine';
import type { CommandAnswer } from './command-answer.js';
import type { AttemptAnswer, EventAnswer, WebhookAnswer } from './history-answer.js';

/** ms since 1970 as ISO 8601 with milliseconds, UTC; null stays null. */
export function isoTime(ms: number): string;
export function isoTime(ms: number | null): string | null;
export function isoTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

/** A command as this API shows it. */
export function commandView({ commandId, version, state }: Head): CommandAnswer {
  const { request } = state;
  return {
    id: commandId,
    version,
    applicationId: request.applicationId,
    deviceId: request.deviceId,
    dialect: request.dialect,
    service: request.service,
    method: request.method,
    parameters: request.parameters,
    modelVersion: request.modelVersion ?? null,
    mode: request.mode,
    lifetimeSeconds: request.lifetimeMs / 1000,
    maxRetransmit: request.policy.maxRetransmit,
    callbackUrl: request.callback?.url ?? null,
    supersedeKey: request.supersedeKey ?? null,
    status: state.status,
    ...outcomeOf(state),
    attempts: state.attempts,
    acceptedAt: isoTime(state.acceptedAt),
    expiresAt: isoTime(state.expiresAt),
    firstAttemptAt: isoTime(state.firstAttemptAt),
    lastAttemptAt: isoTime(state.lastAttemptAt),
    sentAt: isoTime(state.sentAt),
    deliveredAt: isoTime(state.deliveredAt),
    finishedAt: isoTime(state.finishedAt),
  };
}

function outcomeOf(state: AcceptedState): Partial<CommandAnswer> {
  switch (state.status) {
    case 'queued':
      return { retryAt: isoTime(state.retryAt) };
    case 'sending':
    case 'sent':
    case 'delivered':
      return { waitUntil: isoTime(state.waitUntil) };
    case 'succeeded':
      return { result: state.result };
    case 'failed':
      return { result: state.result, code: state.code };
    case 'timed-out':
      return { waitedFor: state.waitedFor };
    case 'superseded':
      return { supersededBy: state.by };
    default:
      return {};
  }
}

/** Members of events that are instants. */
const INSTANTS: ReadonlySet<string> = new Set(['at', 'expiresAt', 'waitUntil', 'retryAt', 'answerBy']);

/** An event as it stands in the log; the request, which the command shows already, is left out. */
export function eventView({ version, event }: RecordedEvent): EventAnswer {
  const members = Object.entries(event).filter(([member]) => member !== 'request');
  const shown = members.map(([member, value]) => [
    member,
    INSTANTS.has(member) ? isoTime(value as number | null) : value,
  ]);
  return { version, ...(Object.fromEntries(shown) as JsonObject) } as EventAnswer;
}

/** Every attempt with what became of it, read from the events. */
export function attemptViews(events: readonly RecordedEvent[]): AttemptAnswer[] {
  const attempts = new Map<number, AttemptAnswer>();
  for (const { event } of events) {
    if (event.type === 'AttemptStarted') attempts.set(event.attempt, startedAttempt(event));
    if (event.type !== 'AttemptSent' && event.type !== 'AttemptNotSent') continue;
    const attempt = attempts.get(event.attempt);
    if (attempt === undefined) continue;
    if (event.type === 'AttemptSent') attempt.sentAt = isoTime(event.at);
    else attempt.notSent = notSent(event);
  }
  return [...attempts.values()];
}

function startedAttempt({ attempt, at, waitUntil }: EventOf<'AttemptStarted'>): AttemptAnswer {
  return { attempt, startedAt: isoTime(at), waitUntil: isoTime(waitUntil), sentAt: null, notSent: null };
}

function notSent({ at, reason, detail, retryAt }: EventOf<'AttemptNotSent'>): AttemptAnswer['notSent'] {
  return { at: isoTime(at), reason, detail, retryAt: isoTime(retryAt) };
}

/** A webhook with every attempt to post it. */
export function webhookView(record: DeliveryRecord): WebhookAnswer {
  return {
    id: record.webhookId,
    version: record.version,
    url: record.url,
    body: record.body,
    status: record.status,
    nextAttemptAt: isoTime(record.nextAttemptAt),
    attempts: record.log.map((entry) => ({
      attempt: entry.attempt,
      startedAt: isoTime(entry.startedAt),
      durationMs: entry.durationMs,
      outcome: entry.outcome,
      httpStatus: entry.status,
      error: entry.error,
      response: entry.response,
      retryInMs: entry.retryInMs,
    })),
  };
}
