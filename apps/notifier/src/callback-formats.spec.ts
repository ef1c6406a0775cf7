import { describe, expect, it } from '@jest/globals';
import { toHex32, type EventType } from '@downlink/command-domain';
import { anEvent, COMMAND } from '@downlink/command-domain/contracts';
import { callbackFormats, SUBSCRIBED_FORMATS } from './callback-formats.js';
import { aFact } from './spec-support/facts.js';

const CALLBACK_FORMATS = callbackFormats();
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

describe('the format huawei with its switches', () => {
  const format = callbackFormats({ resultCodes: 'sdk', pushWithdrawn: true }).get('huawei')!;

  it('has the names of the SDKs, and tells of what was withdrawn', () => {
    expect(format.build(aFact('CommandSucceeded'))?.body).toContain('"resultCode":"SUCCESS"');
    expect(format.build(aFact('CommandExpired'))?.body).toContain('"resultCode":"EXPIRED"');
    expect(format.build(aFact('CommandCanceled'))?.body).toContain('"resultCode":"CANCELED"');
  });

  it('is silent on nothing that it tells of', () => {
    for (const type of format.silentOn) expect(format.build(aFact(type))).toBeUndefined();
  });
});

describe.each([...SUBSCRIBED_FORMATS])('the format %s', (name, format) => {
  const fact = (type: EventType) => {
    const { request, ...rest } = aFact(type, { url: null, format: name });
    const dialectData = { requestId: 'r', mode: 'ACK', from: '', to: '' };
    return { ...rest, statusBefore: 'sent', request: { ...request, dialectData } } as const;
  };

  it.each([...format.silentOn])('is silent on %s, so that its records need not be parsed', (type) => {
    expect(format.notices(fact(type))).toEqual([]);
  });

  it('gives the same notices for the same fact, each topic once, in the order of their places', () => {
    for (const type of TYPES) {
      const notices = format.notices(fact(type));
      expect(format.notices(fact(type))).toEqual(notices);
      expect(new Set(notices.map(({ topic }) => topic)).size).toBe(notices.length);
      const places = notices.map(({ place }) => place);
      expect(places).toEqual(places.toSorted());
    }
    expect(format.notices(fact('CommandSucceeded')).map(({ topic }) => topic)).toEqual([
      'messageConfirm',
      'commandRsp',
    ]);
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
