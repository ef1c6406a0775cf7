import { describe, expect, it } from '@jest/globals';
import { toHex32, type AcceptedStatus } from '@downlink/command-domain';
import { ACCEPTED_STATUSES, aRequest, aState, COMMAND, T0 } from '@downlink/command-domain/contracts';
import type { Device } from '@downlink/command-engine';
import { toCreated, toResource, toResourceWithResult } from './from-canonical.js';
import { HUAWEI_DEFAULTS } from './settings.js';
import { readGolden, type GoldenCreate } from './spec-support/read-golden.js';
import { huaweiStatus, type HuaweiStatus } from './status-map.js';
import { toCommandQuery, toRequest } from './to-canonical.js';
import { successJson } from './wire/command-resource.js';
import { createCommandBody } from './wire/create-command.js';
import { queryCommandsQuery } from './wire/query-commands.js';

const golden = readGolden<GoldenCreate>('create-command');
const modify = readGolden<{ responseMembers: string[] }>('modify-command');

const device: Device = {
  id: golden.request.deviceId,
  applicationId: 'app-1',
  productKey: 'lamp',
  wireFormat: 'native',
  lateAnswers: 'record',
  key: null,
  assetId: null,
  attributes: {},
  name: '',
  activated: true,
  createdAt: T0,
  silentSince: null,
};
const requestOf = (over: object = {}) =>
  toRequest(createCommandBody.parse({ ...golden.request, ...over }), device, HUAWEI_DEFAULTS.delivery);

describe('a create call in canonical words', () => {
  it('is cached for 48 hours with three resends unless it says otherwise', () => {
    expect(requestOf({ maxRetransmit: null })).toEqual({
      applicationId: 'app-1',
      deviceId: device.id,
      dialect: 'huawei',
      wireFormat: 'native',
      service: 'Brightness',
      method: 'SET',
      parameters: golden.request.command.paras,
      mode: 'cached',
      lifetimeMs: 172_800_000,
      callback: { url: golden.request.callbackUrl, format: 'huawei' },
      policy: {
        maxRetransmit: 3,
        firstWaitMs: 10_000,
        waitJitter: 0.5,
        answerWithinMs: 180_000,
        lateAnswers: 'record',
        laneCap: 20,
        immediate: 'bypass',
      },
    });
  });

  it('takes late answers as the product of its device says', () => {
    const body = createCommandBody.parse(golden.request);
    const { policy } = toRequest(body, { ...device, lateAnswers: 'accept' }, HUAWEI_DEFAULTS.delivery);
    expect(policy.lateAnswers).toBe('accept');
  });

  it('is immediate and goes past the queue with expireTime 0', () => {
    expect(requestOf({ expireTime: 0 })).toMatchObject({
      mode: 'immediate',
      lifetimeMs: 0,
      policy: { immediate: 'bypass' },
    });
  });

  it('has no callback when none is given', () => {
    expect(requestOf({ callbackUrl: null })).not.toHaveProperty('callback');
  });
});

describe('a query in canonical words', () => {
  it('pages by offset and includes the whole second that endTime names', () => {
    const query = queryCommandsQuery.parse({ pageNo: '2', pageSize: '50', endTime: '20170222T164000Z' });
    expect(toCommandQuery(query, 'app-1')).toEqual({
      applicationId: 'app-1',
      until: Date.UTC(2017, 1, 22, 16, 40, 1),
      offset: 100,
      limit: 50,
    });
  });
});

describe('a command as the vendor shows it', () => {
  it('answers the create call with the members of the vendor’s sample', () => {
    const body = createCommandBody.parse(golden.request);
    const acceptedAt = Date.UTC(2017, 1, 22, 16, 40);
    const state = { ...aState('queued', requestOf()), acceptedAt };
    const created = {
      ...toCreated({ commandId: COMMAND, version: 1, state }, body),
      commandId: golden.response.commandId,
    };
    expect(created).toEqual(golden.response);
    expect(Object.keys(created)).toEqual(Object.keys(golden.response));
  });

  const names: Record<AcceptedStatus, HuaweiStatus> = {
    queued: 'PENDING',
    sending: 'SENT',
    sent: 'SENT',
    delivered: 'DELIVERED',
    succeeded: 'SUCCESSFUL',
    failed: 'FAILED',
    'timed-out': 'TIMEOUT',
    expired: 'EXPIRED',
    canceled: 'CANCELED',
    superseded: 'CANCELED',
  };

  it.each(ACCEPTED_STATUSES)('%s has its status and 32 hex digits for an id', (status) => {
    const resource = toResource({ commandId: COMMAND, version: 1, state: aState(status) });
    expect(resource.status).toBe(names[status]);
    expect(resource.status).toBe(huaweiStatus(status));
    expect(resource.commandId).toMatch(/^[0-9a-f]{32}$/);
    expect(resource.commandId).toBe(toHex32(COMMAND));
  });

  it.each(ACCEPTED_STATUSES)('%s is shown by query and modify with the documented members', (status) => {
    const resource = toResourceWithResult({ commandId: COMMAND, version: 1, state: aState(status) });
    expect(Object.keys(resource).sort()).toEqual([...modify.responseMembers].sort());
    expect(resource.result === null).toBe(status !== 'succeeded' && status !== 'failed');
  });

  it('counts issues and tells their times only once there are any', () => {
    const pending = toResource({ commandId: COMMAND, version: 1, state: aState('queued') });
    expect(pending).toMatchObject({
      issuedTimes: null,
      platformIssuedTime: null,
      deliveredTime: null,
      executeTime: null,
    });
    const done = toResource({ commandId: COMMAND, version: 4, state: aState('succeeded') });
    expect(done).toMatchObject({ issuedTimes: 1, executeTime: expect.stringMatching(/^\d{8}T\d{6}Z$/) });
  });

  it('never holds the text error_code, by which the Java SDK knows an error, and still means the same', () => {
    const state = aState('queued', aRequest({ parameters: { error_code: 'error_code' } }));
    const text = successJson(toResource({ commandId: COMMAND, version: 1, state }));
    expect(text).not.toContain('error_code');
    expect((JSON.parse(text) as { command: { paras: unknown } }).command.paras).toEqual({ error_code: 'error_code' });
  });
});
