import { describe, expect, it } from '@jest/globals';
import { ACCEPTED_STATUSES } from '@downlink/command-domain/contracts';
import { ErrorAnswer } from '@downlink/northbound-kit';
import { signaltransStatus } from '../signaltrans/to-answer.js';
import { readGolden } from '../spec-support/read-golden.js';
import { read } from './read.js';
import { sendCommandBody, sendCommandPath } from './send-command.js';

const golden = readGolden<{ request: { header: Record<string, unknown>; body: object } }>('send-command');
const of = (length: number) => 'x'.repeat(length);
const url = (length: number) => `http://a/${of(length - 9)}`;
const headed = (over: object) => ({ ...golden.request, header: { ...golden.request.header, ...over } });
const taken = (body: unknown) => sendCommandBody.safeParse(body).success;

describe('body of sendCommand', () => {
  it('is read as the vendor’s document has it', () => {
    expect(read(sendCommandBody, golden.request)).toEqual(golden.request);
  });

  it('takes null for absent, as the SDKs send it, and an empty requestId for none', () => {
    const nulls = { requestId: null, from: null, to: null, toType: null, callbackURL: null };
    const { header, body } = read(sendCommandBody, { ...headed(nulls), body: null });
    expect(Object.values({ ...header, mode: undefined, method: undefined, body })).toEqual(Array(8).fill(undefined));
    expect(read(sendCommandBody, headed({ requestId: '' })).header.requestId).toBeUndefined();
  });

  it.each<[string, object]>([
    ['mode ACK', headed({ mode: 'ACK' })],
    ['mode NOACK', headed({ mode: 'NOACK' })],
    ['method of 1 character', headed({ method: 'm' })],
    ['method of 32', headed({ method: of(32) })],
    ['requestId of 1', headed({ requestId: 'r' })],
    ['requestId of 128', headed({ requestId: of(128) })],
    ['empty from', headed({ from: '' })],
    ['from of 128', headed({ from: of(128) })],
    ['to of 128', headed({ to: of(128) })],
    ['toType CLOUD', headed({ toType: 'CLOUD' })],
    ['toType GATEWAY', headed({ toType: 'GATEWAY' })],
    ['callbackURL of 1024', headed({ callbackURL: url(1024) })],
    ['https callbackURL', headed({ callbackURL: 'https://a/' })],
    ['an empty body', { ...golden.request, body: {} }],
    ['unknown members', { ...headed({ more: 1 }), more: 1 }],
  ])('takes %s', (_, body) => expect(taken(body)).toBe(true));

  it.each<[string, unknown, string]>([
    ['no body', undefined, 'the body'],
    ['an array', [], 'the body'],
    ['no header', { body: {} }, 'header'],
    ['null for a header', { header: null }, 'header'],
    ['no mode', headed({ mode: undefined }), 'header.mode'],
    ['null for a mode', headed({ mode: null }), 'header.mode'],
    ['another mode', headed({ mode: 'ack' }), 'header.mode'],
    ['no method', headed({ method: undefined }), 'header.method'],
    ['empty method', headed({ method: '' }), 'header.method'],
    ['method of 33', headed({ method: of(33) }), 'header.method'],
    ['requestId of 129', headed({ requestId: of(129) }), 'header.requestId'],
    ['requestId that is no text', headed({ requestId: 1 }), 'header.requestId'],
    ['from of 129', headed({ from: of(129) }), 'header.from'],
    ['to of 129', headed({ to: of(129) }), 'header.to'],
    ['another toType', headed({ toType: 'DEVICE' }), 'header.toType'],
    ['empty toType', headed({ toType: '' }), 'header.toType'],
    ['callbackURL of 1025', headed({ callbackURL: url(1025) }), 'header.callbackURL'],
    ['empty callbackURL', headed({ callbackURL: '' }), 'header.callbackURL'],
    ['callbackURL of another scheme', headed({ callbackURL: 'ftp://a/' }), 'header.callbackURL'],
    ['a body that is an array', { ...golden.request, body: [] }, 'body'],
    ['a body that is a text', { ...golden.request, body: '{}' }, 'body'],
  ])('refuses %s with 100022 and names the member', (_, body, member) => {
    try {
      read(sendCommandBody, body);
    } catch (error) {
      const { answer } = error as ErrorAnswer;
      expect([answer.status, (JSON.parse(answer.body) as { error_code: string }).error_code]).toEqual([400, '100022']);
      expect(answer.headers?.['downlink-detail']).toMatch(new RegExp(`^${member}`));
      return;
    }
    throw new Error('the body was taken');
  });
});

describe('path of sendCommand', () => {
  it.each([
    [1, true],
    [64, true],
    [0, false],
    [65, false],
  ])('with ids of %d characters: %s', (length, good) => {
    expect(sendCommandPath.safeParse({ deviceId: of(length), serviceId: 's' }).success).toBe(good);
    expect(sendCommandPath.safeParse({ deviceId: 'd', serviceId: of(length) }).success).toBe(good);
  });
});

describe('status of sendCommand', () => {
  it('is delivered once the device has acknowledged or answered, failed once nothing can come any more, and sent before', () => {
    const by = (status: string) => ACCEPTED_STATUSES.filter((one) => signaltransStatus(one) === status);
    expect(by('delivered').toSorted()).toEqual(['delivered', 'failed', 'succeeded']);
    expect(by('sent').toSorted()).toEqual(['queued', 'sending', 'sent']);
    expect(by('failed').toSorted()).toEqual(['canceled', 'expired', 'superseded', 'timed-out']);
  });
});
