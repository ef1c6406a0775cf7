import type { CommandAccepted, CommandEvent } from '../events.js';
import { presenceOf } from '../lane.js';
import { expiryOf } from '../policies/lifetime.js';
import { startAttempt } from './attempts.js';
import { happened, rejected, type Decision, type Handlers } from './decision.js';

const unknown = (): Decision => rejected({ code: 'unknown-command' });

/** No such command yet: it can only be submitted. */
export const none: Handlers<'none'> = {
  submit: (_state, { commandId, request }, { now, lane }) => {
    const { policy, mode } = request;
    const accepted: CommandAccepted = {
      type: 'CommandAccepted',
      schema: 1,
      at: now,
      request,
      expiresAt: expiryOf(request, now),
      lanePosition: lane.nextPosition,
    };
    const bypasses = mode === 'immediate' && policy.immediate === 'bypass';
    const needsDevice = mode === 'immediate' && (!bypasses || policy.refuseUnreachable === true);
    if (needsDevice && presenceOf(lane, now) === 'unreachable') return rejected({ code: 'device-unreachable' });
    if (bypasses) {
      const events: CommandEvent[] = [
        accepted,
        startAttempt(commandId, { request, acceptedAt: now, tries: 0 }, 1, now),
      ];
      return happened(...events);
    }
    if (lane.queued >= policy.laneCap) return rejected({ code: 'lane-full', cap: policy.laneCap });
    return happened(accepted);
  },
  cancel: unknown,
  supersede: unknown,
  turn: unknown,
  'broker-accepted': unknown,
  'broker-refused': unknown,
  'device-acknowledged': unknown,
  'device-answered': unknown,
  'time-due': unknown,
};
