import { describe, expect, it } from '@jest/globals';
import { anEvent, COMMAND, T0 } from '@downlink/command-domain/contracts';
import type { CommandEvent } from '@downlink/command-domain';
import { stateAt } from './state-at.js';

const { CommandAccepted, AttemptStarted, AttemptSent, CommandSucceeded } = anEvent;
const recorded = (events: readonly CommandEvent[]) =>
  events.map((event, index) => ({ commandId: COMMAND, version: index + 1, event }));

const history = recorded([
  CommandAccepted,
  { ...AttemptStarted, at: T0 + 10 },
  { ...AttemptSent, at: T0 + 20 },
  { ...CommandSucceeded, at: T0 + 30 },
]);

describe('a command at a past instant', () => {
  it.each([
    [T0, 'queued', 1],
    [T0 + 9, 'queued', 1],
    [T0 + 10, 'sending', 2],
    [T0 + 29, 'sent', 3],
    [T0 + 30, 'succeeded', 4],
    [T0 + 10 ** 9, 'succeeded', 4],
  ])('at %d is %s in version %d', (at, status, version) => {
    expect(stateAt(history, at)).toMatchObject({ commandId: COMMAND, version, state: { status } });
  });

  it('is nothing before it was accepted', () => {
    expect(stateAt(history, T0 - 1)).toBeUndefined();
    expect(stateAt([], T0)).toBeUndefined();
  });

  it('stays a beginning of the history when a clock was set back', () => {
    const jumped = recorded([CommandAccepted, { ...AttemptStarted, at: T0 + 50 }, { ...AttemptSent, at: T0 + 20 }]);
    expect(stateAt(jumped, T0 + 30)).toMatchObject({ version: 1 });
  });
});
