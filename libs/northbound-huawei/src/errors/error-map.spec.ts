import { describe, expect, it } from '@jest/globals';
import type { Trouble } from '@downlink/northbound-kit';
import { errorAnswer } from './error-answer.js';
import { answerTrouble, errorOfRejection } from './error-map.js';
import { HUAWEI_ERRORS, type HuaweiErrorName } from './error-table.js';

describe('errors', () => {
  it('say a full queue with 100223 and HTTP 400, an unreachable device with 100428 and HTTP 200', () => {
    expect(errorAnswer(errorOfRejection('lane-full'))).toEqual({
      status: 400,
      body: '{"error_code":"100223","error_desc":"Command counts has reached the upLimit."}',
    });
    expect(errorAnswer(errorOfRejection('device-unreachable'))).toMatchObject({ status: 200 });
  });

  it.each<[Trouble, number, string]>([
    [{ kind: 'malformed', detail: 'x' }, 400, '100022'],
    [{ kind: 'unsupported-media-type' }, 400, '100022'],
    [{ kind: 'too-large', limit: 1 }, 413, '100022'],
    [{ kind: 'no-such-route' }, 404, '100022'],
    [{ kind: 'quota-exceeded', retryAfterSeconds: 7 }, 403, '1010009'],
    [{ kind: 'too-many-attempts', retryAfterSeconds: 7 }, 403, '1010009'],
    [{ kind: 'unavailable' }, 503, '100501'],
    [{ kind: 'broken' }, 500, '100001'],
  ])('answer %j', (trouble, status, code) => {
    const answer = answerTrouble(trouble);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({ error_code: code });
  });

  it.each(Object.keys(HUAWEI_ERRORS) as HuaweiErrorName[])('%s is JSON with exactly code and description', (name) => {
    expect(Object.keys(JSON.parse(errorAnswer(name).body) as object)).toEqual(['error_code', 'error_desc']);
  });

  it('are of the server’s making only where the server is to blame', () => {
    const serverSide = Object.entries(HUAWEI_ERRORS).filter(([, { status }]) => status >= 500);
    expect(serverSide.map(([name]) => name)).toEqual(['internal', 'congestion']);
  });

  it('keep what callers sent out of the detail header when it is not printable', () => {
    expect(errorAnswer('input-invalid', 'a\r\nset-cookie: x\u00e9').headers).toEqual({
      'downlink-detail': 'a??set-cookie: x?',
    });
  });
});
