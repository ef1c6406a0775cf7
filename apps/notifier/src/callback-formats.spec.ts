import { describe, expect, it } from '@jest/globals';
import { toHex32, type EventType } from '@downlink/command-domain';
import { anEvent, COMMAND } from '@downlink/command-domain/contracts';
import { CALLBACK_FORMATS } from './callback-formats.js';
import { aFact } from './spec-support/facts.js';

const TYPES = Object.keys(anEvent) as EventType[];
const told = (format: string): string[] =>
  TYPES.filter((type) => CALLBACK_FORMATS.get(format)!.build(aFact(type)) !== undefined);

describe.each([...CALLBACK_FORMATS])('the format %s', (_, format) => {
  it.each([...format.silentOn])('is silent on %s, so that its records need not be parsed', (type) => {
    expect(format.build(aFact(type))).toBeUndefined();
  });

  it('gives the same bytes for the same fact', () => {
    for (const type of TYPES) expect(format.build(aFact(type))).toEqual(format.build(aFact(type)));
  });
});

describe('the format huawei', () => {
  it('tells of what Huawei pushes', () => {
    expect(told('huawei')).toEqual([
      'AttemptSent',
      'CommandDelivered',
      'CommandSucceeded',
      'CommandFailed',
      'CommandTimedOut',
    ]);
  });

  it('has the compact body of Huawei', () => {
    expect(CALLBACK_FORMATS.get('huawei')!.build(aFact('CommandSucceeded'))).toEqual({
      contentType: 'application/json',
      body: `{"deviceId":"device-1","commandId":"${toHex32(COMMAND)}","result":{"resultCode":"SUCCESSFUL","resultDetail":{"on":true}}}`,
    });
  });
});

describe('the format native', () => {
  it('tells of every change of status after acceptance, and of nothing else', () => {
    const silent: string[] = ['CommandAccepted', 'LateAnswerRecorded', 'AnswerRejected'];
    expect(told('native')).toEqual(TYPES.filter((type) => !silent.includes(type)));
  });

  it('names type, command, device, version, status, time and result', () => {
    const { body } = CALLBACK_FORMATS.get('native')!.build(aFact('CommandSucceeded'))!;
    expect(JSON.parse(body)).toEqual({
      type: 'command.succeeded',
      commandId: COMMAND,
      deviceId: 'device-1',
      version: 3,
      status: 'succeeded',
      at: '2027-01-15T08:00:00.000Z',
      result: { on: true },
    });
  });

  it('has no result where there is none', () => {
    const { body } = CALLBACK_FORMATS.get('native')!.build(aFact('AttemptSent'))!;
    expect(JSON.parse(body)).not.toHaveProperty('result');
  });
});

describe('the format quectel', () => {
  it('tells of receipts and answers', () => {
    expect(told('quectel')).toEqual([
      'CommandDelivered',
      'CommandSucceeded',
      'CommandFailed',
      'CommandTimedOut',
      'CommandExpired',
      'CommandCanceled',
      'CommandSuperseded',
    ]);
  });
});
