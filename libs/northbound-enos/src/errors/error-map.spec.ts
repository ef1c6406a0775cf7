import { describe, expect, it } from '@jest/globals';
import type { RejectionCode } from '@downlink/command-domain';
import type { Answer, Trouble } from '@downlink/northbound-kit';
import { answerTokenTrouble, answerTrouble, errorOfRejection } from './error-map.js';
import { ENOS_ERRORS } from './error-table.js';

const bodyOf = ({ body }: Answer) => JSON.parse(body) as Record<string, unknown>;

describe('errors', () => {
  it('have one code each', () => {
    const codes = Object.values(ENOS_ERRORS).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it.each<[Trouble, number, number, number]>([
    [{ kind: 'malformed', detail: 'x' }, 200, 99400, 1004],
    [{ kind: 'unsupported-media-type' }, 200, 99400, 1004],
    [{ kind: 'too-large', limit: 1 }, 413, 99400, 1004],
    [{ kind: 'no-such-route' }, 404, 99404, 1004],
    [{ kind: 'quota-exceeded', retryAfterSeconds: 7 }, 429, 99403, 1004],
    [{ kind: 'too-many-attempts', retryAfterSeconds: 7 }, 429, 99403, 1004],
    [{ kind: 'unavailable' }, 503, 99500, 1005],
    [{ kind: 'broken' }, 500, 99500, 1005],
  ])(
    'answer %j in the envelope of the services and in that of the token service',
    (trouble, status, code, tokenCode) => {
      const [service, token] = [answerTrouble(trouble), answerTokenTrouble(trouble)];
      expect([service.status, token.status]).toEqual([status, status]);
      expect(bodyOf(service)).toMatchObject({ code, submsg: null, data: null, requestId: expect.any(String) });
      expect(bodyOf(token)).toEqual({
        status: tokenCode,
        msg: expect.any(String),
        business: 'apim-token-service',
        data: null,
      });
      const retryAfter = 'retryAfterSeconds' in trouble ? { 'retry-after': '7' } : undefined;
      expect([service.headers, token.headers]).toEqual([retryAfter, retryAfter]);
    },
  );

  it.each<[RejectionCode, number]>([
    ['lane-full', 11902],
    ['device-unreachable', 11900],
    ['unknown-command', 99404],
    ['not-cancelable', 99400],
    ['already-final', 99400],
    ['not-due', 99500],
  ])('answer the refusal %s with %i', (rejection, code) =>
    expect(ENOS_ERRORS[errorOfRejection(rejection)].code).toBe(code),
  );
});
