import { describe, expect, it } from '@jest/globals';
import type { AcceptedState, Json } from '@downlink/command-domain';
import { ACCEPTED_STATUSES, aState, COMMAND, T0 } from '@downlink/command-domain/contracts';
import { ErrorAnswer } from '@downlink/northbound-kit';
import { answerInstant } from './instant-outcome.js';
import { readGolden } from './spec-support/read-golden.js';

const invoke = { word: 'Success', outputs: true } as const;
const golden = readGolden<{ response: { data: object } }>('invoke-service');

function answered(state: AcceptedState, call: Parameters<typeof answerInstant>[1] = invoke): Record<string, unknown> {
  const bodyOf = (body: string) => JSON.parse(body) as Record<string, unknown>;
  try {
    return bodyOf(answerInstant({ commandId: COMMAND, version: 1, state }, call).body);
  } catch (error) {
    if (error instanceof ErrorAnswer) return bodyOf(error.answer.body);
    throw error;
  }
}

const succeededWith = (result: Json) => ({ ...aState('succeeded'), result });

describe('the end of an instant call', () => {
  it('is the vendor’s sample when the device has answered', () => {
    const answer = answered(succeededWith({}));
    expect(Object.keys(answer)).toEqual(Object.keys(golden.response));
    expect(answer).toMatchObject({ code: 0, msg: 'Success', submsg: null });
    expect(answer['data']).toEqual({ commandId: COMMAND, outputData: {} });
  });

  it('tells outputs of a service, always as a map, and none of a measurement point', () => {
    for (const [result, outputData] of [
      [null, {}],
      [{ a: 1 }, { a: 1 }],
      [7, { value: 7 }],
      [[1], { value: [1] }],
    ] as const) {
      expect(answered(succeededWith(result as Json))['data']).toEqual({ commandId: COMMAND, outputData });
    }
    const set = answered(succeededWith({ a: 1 }), { word: 'OK', outputs: false });
    expect(set).toMatchObject({ code: 0, msg: 'OK' });
    expect(set['data']).toEqual({ commandId: COMMAND });
  });

  const codes = {
    succeeded: 0,
    failed: 7,
    queued: 11904,
    sending: 11904,
    sent: 11915,
    delivered: 11915,
    'timed-out': 11915,
    expired: 11900,
    canceled: 11904,
    superseded: 11904,
  };
  it.each(ACCEPTED_STATUSES)('has its code and the command’s id when the command is %s', (status) => {
    expect(answered(aState(status))).toMatchObject({ code: codes[status], data: { commandId: COMMAND } });
  });

  it('is 11904 for a command whose time was over before it left, and for one that the broker never took', () => {
    const expired = aState('expired');
    expect(answered({ ...expired, finishedAt: expired.expiresAt! })).toMatchObject({ code: 11904 });
    expect(answered({ ...expired, finishedAt: expired.expiresAt! - 1 })).toMatchObject({ code: 11900 });
    expect(answered({ ...aState('timed-out'), sentAt: null })).toMatchObject({ code: 11904 });
    expect(answered({ ...aState('timed-out'), sentAt: null, deliveredAt: T0 })).toMatchObject({ code: 11915 });
  });

  it.each<[string | null, Json, number, string]>([
    ['2001', { message: 'too hot' }, 2001, 'too hot'],
    ['1101', null, 1101, 'The device answered with 1101'],
    ['500', { message: '' }, 500, 'The device answered with 500'],
    ['0', null, 99500, 'The device answered with 0'],
    ['-1', null, 99500, 'The device answered with -1'],
    ['E7', { message: 7 }, 99500, 'The device answered with E7'],
    ['1e3', null, 99500, 'The device answered with 1e3'],
    ['9'.repeat(12), null, 99500, `The device answered with ${'9'.repeat(12)}`],
    [null, null, 99500, 'The device answered with a failure'],
  ])('with the device’s code %j and answer %j is %i', (code, result, number, msg) => {
    const answer = answered({ ...aState('failed'), code, result });
    expect(answer).toMatchObject({ code: number, msg, data: { commandId: COMMAND, outputData: result } });
  });
});
