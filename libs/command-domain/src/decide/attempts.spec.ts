import { describe, expect, it } from '@jest/globals';
import type { AttemptStarted } from '../events.js';
import { evolve } from '../evolve.js';
import { aLane, aState, COMMAND, T0 } from '../specimens/index.js';
import type { CommandState } from '../states.js';
import { decide } from './index.js';

const about = { commandId: COMMAND, deviceId: 'device-1' } as const;
const HOUR = 3_600_000;

describe('the wait of an attempt', () => {
  it('is the first try’s again after any number of probes that reached nobody', () => {
    let state: CommandState = aState('queued');
    let now = T0;
    let started: AttemptStarted | undefined;
    while (now < T0 + 24 * HOUR) {
      const turn = decide(state, { kind: 'time-due', ...about }, { now, lane: aLane() });
      const first = decide(state, { kind: 'turn', ...about }, { now, lane: aLane() });
      const decision = turn.kind === 'events' ? turn : first;
      if (decision.kind === 'rejected' || decision.events[0]!.type !== 'AttemptStarted') throw new Error('no attempt');
      started = decision.events[0];
      state = evolve(state, started);
      const refusal = { kind: 'broker-refused', ...about, reason: 'no-subscriber', detail: null } as const;
      const back = decide(state, { ...refusal, attempt: started.attempt }, { now, lane: aLane() });
      if (back.kind === 'rejected' || back.events[0]!.type !== 'AttemptNotSent') throw new Error('not put back');
      state = evolve(state, back.events[0]);
      now = back.events[0].retryAt!;
    }
    expect(started!.attempt).toBeGreaterThan(250);
    expect(started!.waitUntil - started!.at).toBeLessThanOrEqual(15_000);
  });
});
