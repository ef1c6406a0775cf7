import { describe, expect, it } from '@jest/globals';
import { decide, type SignalKind, type Status } from '@downlink/command-domain';
import { aLane, aPolicy, aRequest, aSignal, aState, historyOf, T0 } from '@downlink/command-domain/contracts';
import { TRANSITIONS } from './transitions.js';

const STATUSES = Object.keys(historyOf) as Status[];
const SIGNALS = Object.keys(aSignal) as SignalKind[];
const REQUESTS = [aRequest(), aRequest({ policy: aPolicy({ lateAnswers: 'accept', maxRetransmit: 0 }) })];

describe('the checker’s table of transitions', () => {
  it.each(STATUSES)('allows whatever the domain decides in state %s', (status) => {
    for (const request of REQUESTS) {
      for (const kind of SIGNALS) {
        for (const now of [T0, T0 + 10 ** 9]) {
          const decision = decide(aState(status, request), aSignal[kind], { now, lane: aLane() });
          const first = decision.kind === 'events' ? [decision.events[0]!.type] : [];
          expect(TRANSITIONS[status]).toEqual(expect.arrayContaining(first));
        }
      }
    }
  });

  it('lets nothing follow a final state that would change it, but an answer accepted late', () => {
    const changing = STATUSES.filter((status) => !['none', 'queued', 'sending', 'sent', 'delivered'].includes(status))
      .flatMap((status) => TRANSITIONS[status].map((type) => `${status}: ${type}`))
      .filter((line) => !/AttemptSent|LateAnswerRecorded|AnswerRejected/.test(line));
    expect(changing).toEqual(['timed-out: CommandSucceeded', 'timed-out: CommandFailed']);
  });
});
