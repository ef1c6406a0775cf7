import { beforeAll, expect, it } from '@jest/globals';
import { Application, COMMANDS } from './steps/application.js';
import type { Answer } from './steps/http-call.js';
import { useWorld } from './steps/world.js';
import { describeSystem } from './system/describe-system.js';

describeSystem('bad input gets the vendor’s error and changes nothing', (start) => {
  const world = useWorld(start);
  let own: string;
  let foreign: string;

  beforeAll(async () => {
    own = await world().application.device();
    foreign = await (await Application.set(world().system)).device();
  });

  const command = { serviceId: 'Brightness', method: 'SET', paras: { level: 7 } };
  const json = (over: object) => JSON.stringify({ deviceId: own, command, ...over });
  const post = (text: string, headers?: Record<string, string>): Promise<Answer> =>
    world().application.call('POST', COMMANDS, text, headers ?? world().application.headers);
  const headers = (over: Record<string, string>) => ({ ...world().application.headers, ...over });

  const refusals: Record<string, [number, string, () => Promise<Answer>]> = {
    'half of a JSON text': [400, '100022', () => post(json({}).slice(0, -4))],
    'no JSON': [400, '100022', () => post('turn on')],
    'an array': [400, '100022', () => post('[]')],
    'an empty object': [400, '100022', () => post('{}')],
    'a device id that is a number': [400, '100022', () => post(json({ deviceId: 7 }))],
    'a command that is a text': [400, '100022', () => post(json({ command: 'on' }))],
    'paras that are an array': [400, '100022', () => post(json({ command: { ...command, paras: [1] } }))],
    'an expireTime that is a text': [400, '100022', () => post(json({ expireTime: 'soon' }))],
    'a negative expireTime': [400, '100022', () => post(json({ expireTime: -1 }))],
    'a maxRetransmit of 4': [400, '100022', () => post(json({ maxRetransmit: 4 }))],
    'a callbackUrl that is no URL': [400, '100022', () => post(json({ callbackUrl: 'call me' }))],
    'a body over 64 KiB': [413, '100022', () => post(json({ padding: 'x'.repeat(66_000) }))],
    'a device that nobody has': [200, '100418', () => post(json({ deviceId: 'nobody' }))],
    'a foreign device': [200, '100418', () => post(json({ deviceId: foreign }))],
    'a token that was never issued': [403, '1010005', () => post(json({}), headers({ authorization: 'Bearer x' }))],
    'no token': [403, '1010005', () => post(json({}), headers({ authorization: '' }))],
    'a good token under another app_key': [403, '1010005', () => post(json({}), headers({ app_key: 'another' }))],
    'a foreign appId': [200, '100203', () => world().application.call('POST', `${COMMANDS}?appId=nobody`, json({}))],
  };

  it.each(Object.entries(refusals))('refuses %s', async (_, [status, code, attempt]) => {
    const answer = await attempt();
    expect(answer.body).toEqual({ error_code: code, error_desc: expect.any(String) });
    expect(answer.status).toBe(status);
    expect(await world().application.commands()).toEqual([]);
  });

  it('takes at most 20 waiting commands for a device, also when they come at once', async () => {
    const { application } = world();
    const deviceId = await application.device();
    const first = await application.create(deviceId);
    await application.untilStatus(first, 'PENDING');
    const answers = await Promise.all(Array.from({ length: 40 }, () => post(json({ deviceId }))));
    const taken = answers.filter(({ status }) => status === 201);
    const refused = answers.filter(({ status }) => status !== 201);
    expect(taken.length).toBe(19);
    for (const { status, body } of refused) expect([status, body['error_code']]).toEqual([400, '100223']);
    expect((await application.commands(`&deviceId=${deviceId}`)).length).toBe(20);
  });
});
