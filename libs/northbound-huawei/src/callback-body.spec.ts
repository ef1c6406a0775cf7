import { describe, expect, it } from '@jest/globals';
import { toHex32, type CommandEvent, type EventType } from '@downlink/command-domain';
import { anEvent, aRequest, COMMAND } from '@downlink/command-domain/contracts';
import { callbackBody, CALLBACK_DEFAULTS } from './callback-body.js';
import { readGolden } from './spec-support/read-golden.js';

const golden = readGolden<{ bodies: Partial<Record<EventType, string>> }>('callback');

const STATUS_AFTER = {
  CommandAccepted: 'queued',
  AttemptStarted: 'sending',
  AttemptSent: 'sent',
  AttemptNotSent: 'queued',
  CommandDelivered: 'delivered',
  CommandSucceeded: 'succeeded',
  CommandFailed: 'failed',
  CommandTimedOut: 'timed-out',
  CommandExpired: 'expired',
  CommandCanceled: 'canceled',
  CommandSuperseded: 'superseded',
  LateAnswerRecorded: 'succeeded',
  AnswerRejected: 'sent',
} as const satisfies Record<EventType, string>;

const factOf = (event: CommandEvent) => ({
  commandId: COMMAND,
  event,
  request: aRequest(),
  status: STATUS_AFTER[event.type],
});

describe('callback body', () => {
  it.each(Object.values(anEvent).map((event) => [event.type, event] as const))(
    'for %s is the golden one or none',
    (type, event) => {
      const expected = golden.bodies[type]?.replace('$COMMAND', toHex32(COMMAND));
      expect(callbackBody(factOf(event))).toBe(expected);
    },
  );

  it('tells EXPIRED and CANCELED only where they are switched on', () => {
    const options = { ...CALLBACK_DEFAULTS, pushWithdrawn: true };
    expect(callbackBody(factOf(anEvent.CommandExpired), options)).toContain('"resultCode":"EXPIRED"');
    expect(callbackBody(factOf(anEvent.CommandCanceled), options)).toContain('"resultCode":"CANCELED"');
  });

  it('uses the names of the SDK pages where they are switched on', () => {
    const options = { ...CALLBACK_DEFAULTS, resultCodes: 'sdk' } as const;
    expect(callbackBody(factOf(anEvent.CommandSucceeded), options)).toContain('"resultCode":"SUCCESS"');
    expect(callbackBody(factOf(anEvent.CommandFailed), options)).toContain('"resultCode":"FAIL"');
    expect(callbackBody(factOf(anEvent.CommandTimedOut), options)).toContain('"resultCode":"TIMEOUT"');
  });

  it('says SENT once, and not again for each retransmission that the broker confirms', () => {
    expect(callbackBody(factOf({ ...anEvent.AttemptSent, attempt: 2 }))).toContain('"resultCode":"SENT"');
    expect(callbackBody(factOf({ ...anEvent.AttemptSent, attempt: 2, again: true }))).toBeUndefined();
  });

  it('does not say SENT when the confirmation comes after the device has acknowledged or answered', () => {
    expect(callbackBody({ ...factOf(anEvent.AttemptSent), status: 'delivered' })).toBeUndefined();
    expect(callbackBody({ ...factOf(anEvent.AttemptSent), status: 'succeeded' })).toBeUndefined();
  });

  it.each([
    [true, { value: true }],
    [[1, 2], { value: [1, 2] }],
    ['done', { value: 'done' }],
    [null, null],
    [{ on: 1 }, { on: 1 }],
  ])('puts a result %j that is no object into one, because resultDetail is an object or null', (result, detail) => {
    const body = callbackBody(factOf({ ...anEvent.CommandSucceeded, result })) ?? '';
    expect((JSON.parse(body) as { result: { resultDetail: unknown } }).result.resultDetail).toEqual(detail);
  });
});
