import { describe, expect, it } from '@jest/globals';
import { ErrorAnswer } from '@downlink/northbound-kit';
import { readGolden, type GoldenCreate } from '../spec-support/read-golden.js';
import { createCommandBody } from './create-command.js';
import { read } from './read.js';

const seed = readGolden<GoldenCreate>('create-command');
const sdk = readGolden<Pick<GoldenCreate, 'request'>>('create-command-python-sdk');
const valid = seed.request;
const command = valid.command;
const of = (length: number) => 'x'.repeat(length);
const url = (length: number) => `http://a/${of(length - 9)}`;

const bodyWith = (over: object) => ({ ...valid, ...over });
const commandWith = (over: object) => bodyWith({ command: { ...command, ...over } });

function refusal(body: unknown): ErrorAnswer {
  try {
    read(createCommandBody, body);
  } catch (error) {
    if (error instanceof ErrorAnswer) return error;
    throw error;
  }
  throw new Error('the body was taken');
}

describe('body of the create call', () => {
  it('is read as in the vendor’s sample', () => {
    expect(read(createCommandBody, valid)).toEqual({ ...valid, expireTime: undefined });
  });

  it('is read as the official Python SDK sends it: null means absent, paras may be missing', () => {
    expect(read(createCommandBody, sdk.request)).toEqual({
      deviceId: sdk.request.deviceId,
      command: { serviceId: 'Brightness', method: 'SET', paras: undefined },
      callbackUrl: undefined,
      expireTime: undefined,
      maxRetransmit: undefined,
    });
  });

  it('ignores members that the vendor does not have', () => {
    expect(read(createCommandBody, bodyWith({ extra: 1 }))).not.toHaveProperty('extra');
  });

  it.each<[string, object]>([
    ['deviceId of 1 character', bodyWith({ deviceId: 'd' })],
    ['deviceId of 64', bodyWith({ deviceId: of(64) })],
    ['serviceId of 1', commandWith({ serviceId: 's' })],
    ['serviceId of 64', commandWith({ serviceId: of(64) })],
    ['method of 1', commandWith({ method: 'm' })],
    ['method of 128', commandWith({ method: of(128) })],
    ['empty paras', commandWith({ paras: {} })],
    ['null paras', commandWith({ paras: null })],
    ['callbackUrl of 1024', bodyWith({ callbackUrl: url(1024) })],
    ['https callbackUrl', bodyWith({ callbackUrl: 'https://example.org/x' })],
    ['expireTime 0', bodyWith({ expireTime: 0 })],
    ['expireTime 1', bodyWith({ expireTime: 1 })],
    ['expireTime as digits', bodyWith({ expireTime: '600' })],
    ['expireTime 2147483647', bodyWith({ expireTime: 2_147_483_647 })],
    ['maxRetransmit 0', bodyWith({ maxRetransmit: 0 })],
    ['maxRetransmit 3', bodyWith({ maxRetransmit: 3 })],
    ['maxRetransmit as a digit', bodyWith({ maxRetransmit: '2' })],
  ])('takes %s', (_, body) => expect(() => read(createCommandBody, body)).not.toThrow());

  it.each<[string, unknown, string]>([
    ['no body', undefined, 'the body'],
    ['null', null, 'the body'],
    ['an array', [], 'the body'],
    ['a text', 'x', 'the body'],
    ['no deviceId', bodyWith({ deviceId: undefined }), 'deviceId'],
    ['null deviceId', bodyWith({ deviceId: null }), 'deviceId'],
    ['empty deviceId', bodyWith({ deviceId: '' }), 'deviceId'],
    ['deviceId of 65', bodyWith({ deviceId: of(65) }), 'deviceId'],
    ['numeric deviceId', bodyWith({ deviceId: 7 }), 'deviceId'],
    ['no command', bodyWith({ command: undefined }), 'command'],
    ['command as text', bodyWith({ command: '{}' }), 'command'],
    ['no serviceId', commandWith({ serviceId: undefined }), 'command.serviceId'],
    ['empty serviceId', commandWith({ serviceId: '' }), 'command.serviceId'],
    ['serviceId of 65', commandWith({ serviceId: of(65) }), 'command.serviceId'],
    ['no method', commandWith({ method: undefined }), 'command.method'],
    ['empty method', commandWith({ method: '' }), 'command.method'],
    ['method of 129', commandWith({ method: of(129) }), 'command.method'],
    ['paras as text', commandWith({ paras: '{}' }), 'command.paras'],
    ['paras as array', commandWith({ paras: [] }), 'command.paras'],
    ['callbackUrl of 1025', bodyWith({ callbackUrl: url(1025) }), 'callbackUrl'],
    ['callbackUrl that is no URL', bodyWith({ callbackUrl: 'here' }), 'callbackUrl'],
    ['callbackUrl of another scheme', bodyWith({ callbackUrl: 'ftp://a/b' }), 'callbackUrl'],
    ['empty callbackUrl', bodyWith({ callbackUrl: '' }), 'callbackUrl'],
    ['negative expireTime', bodyWith({ expireTime: -1 }), 'expireTime'],
    ['expireTime with a fraction', bodyWith({ expireTime: 1.5 }), 'expireTime'],
    ['expireTime over 32 bits', bodyWith({ expireTime: 2_147_483_648 }), 'expireTime'],
    ['expireTime as words', bodyWith({ expireTime: 'soon' }), 'expireTime'],
    ['empty expireTime', bodyWith({ expireTime: '' }), 'expireTime'],
    ['boolean expireTime', bodyWith({ expireTime: true }), 'expireTime'],
    ['maxRetransmit 4', bodyWith({ maxRetransmit: 4 }), 'maxRetransmit'],
    ['maxRetransmit -1', bodyWith({ maxRetransmit: -1 }), 'maxRetransmit'],
    ['maxRetransmit 1.5', bodyWith({ maxRetransmit: 1.5 }), 'maxRetransmit'],
  ])('refuses %s with 100022 and names the member', (_, body, member) => {
    const { answer } = refusal(body);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toEqual({ error_code: '100022', error_desc: 'The input is invalid.' });
    expect(answer.headers?.['downlink-detail']).toMatch(new RegExp(`^${member}`));
  });
});
