import { describe, expect, it } from '@jest/globals';
import type { CommandEvent, EventType, Status } from '@downlink/command-domain';
import { anEvent, aRequest, COMMAND } from '@downlink/command-domain/contracts';
import { readGolden } from '../spec-support/read-golden.js';
import { SIGNALTRANS_SILENT, signaltransNotices } from './notices.js';
import { SIGNALTRANS_FORMAT, toDialectData, type SignaltransData } from './signaltrans-data.js';

const golden = readGolden<{ bodies: Partial<Record<EventType, string[]>> }>('signaltrans-pushes');
const data: SignaltransData = { requestId: 'request-1', mode: 'ACK', from: '/users/u1', to: '/devices/device-1' };

const factOf = (event: CommandEvent, over: Partial<SignaltransData> = {}, statusBefore: Status = 'delivered') => ({
  commandId: COMMAND,
  event,
  request: aRequest({
    callback: { url: null, format: SIGNALTRANS_FORMAT },
    dialectData: toDialectData({ ...data, ...over }),
  }),
  statusBefore,
});
const bodies = (...given: Parameters<typeof factOf>) => signaltransNotices(factOf(...given)).map(({ body }) => body);
const types = (...given: Parameters<typeof factOf>) =>
  signaltransNotices(factOf(...given)).map(({ notifyType }) => notifyType);

describe('pushes about commands of sendCommand', () => {
  it.each(Object.values(anEvent).map((event) => [event.type, event] as const))(
    'for %s are the golden ones or none',
    (type, event) => expect(bodies(event)).toEqual(golden.bodies[type] ?? []),
  );

  it.each([...SIGNALTRANS_SILENT])('are none for %s, so that its records need not be parsed', (type) => {
    for (const before of ['none', 'sent', 'delivered'] as const) expect(bodies(anEvent[type], {}, before)).toEqual([]);
  });

  it('confirm the receipt first where the device answered without acknowledging', () => {
    expect(types(anEvent.CommandSucceeded, {}, 'sent')).toEqual(['messageConfirm', 'commandRsp']);
    expect(bodies(anEvent.CommandFailed, {}, 'sending')[0]).toContain('"status":"delivered"');
    expect(types(anEvent.CommandSucceeded, {}, 'timed-out')).toEqual(['commandRsp']);
  });

  it('confirm nothing where the call asked for no ACK, and tell the answer all the same', () => {
    expect(types(anEvent.CommandDelivered, { mode: 'NOACK' })).toEqual([]);
    expect(types(anEvent.CommandTimedOut, { mode: 'NOACK' })).toEqual([]);
    expect(types(anEvent.CommandSucceeded, { mode: 'NOACK' }, 'sent')).toEqual(['commandRsp']);
  });

  it('say nothing of a receipt twice: the time for the answer ended, the receipt is known', () => {
    expect(types({ ...anEvent.CommandTimedOut, waitedFor: 'answer' })).toEqual([]);
  });

  it('address an application that named no address by its id', () => {
    expect(bodies(anEvent.CommandDelivered, { from: '' })[0]).toContain('"to":"app-1"');
  });

  it('put an answer that is no object into one', () => {
    expect(bodies({ ...anEvent.CommandSucceeded, result: [1] })[0]).toContain('"body":{"value":[1]}');
  });

  it('are none for other commands', () => {
    const { dialectData: _gone, ...request } = factOf(anEvent.CommandDelivered).request;
    expect(signaltransNotices({ ...factOf(anEvent.CommandDelivered), request })).toEqual([]);
    const callback = { url: 'http://a/', format: 'huawei' };
    expect(signaltransNotices({ ...factOf(anEvent.CommandDelivered), request: { ...request, callback } })).toEqual([]);
  });
});
