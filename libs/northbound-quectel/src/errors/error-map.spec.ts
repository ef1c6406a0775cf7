import { describe, expect, it } from '@jest/globals';
import type { Trouble } from '@downlink/northbound-kit';
import { quectelFace } from '../face.js';
import { errorAnswer } from './error-answer.js';
import { answerTrouble, errorOfRejection } from './error-map.js';
import { QUECTEL_ERRORS, type QuectelErrorName } from './error-table.js';
import { languageOf } from './language.js';

const names = Object.keys(QUECTEL_ERRORS) as QuectelErrorName[];
const bodyOf = ({ body }: { body: string }) => JSON.parse(body) as Record<string, unknown>;

describe('errors', () => {
  it('have one code each, and a message in both languages', () => {
    const codes = names.map((name) => QUECTEL_ERRORS[name].code);
    expect(new Set(codes).size).toBe(names.length);
    for (const name of names) {
      const cn = bodyOf(errorAnswer(name, { language: 'CN' }));
      const en = bodyOf(errorAnswer(name, { language: 'EN' }));
      expect(Object.keys(cn)).toEqual(['code', 'msg', 'data']);
      expect(cn).toMatchObject({ code: QUECTEL_ERRORS[name].code, data: null });
      expect(cn['msg']).toMatch(/\p{Script=Han}/u);
      expect(en['msg']).toMatch(/^[\x20-\x7e]+$/);
    }
  });

  it('of business come with HTTP 200; only what is our fault does not', () => {
    const others = names.filter((name) => QUECTEL_ERRORS[name].status !== 200);
    expect(others).toEqual(['service-exception', 'unavailable']);
  });

  it('tell in a header what exactly was wrong, in printable ASCII and of bounded length', () => {
    const { headers } = errorAnswer('parameter-wrong', { language: 'EN', detail: `data\n\u00e9${'x'.repeat(600)}` });
    expect(headers?.['downlink-detail']).toMatch(/^data\?\?x{494}$/);
  });

  it.each<[Trouble, number, number]>([
    [{ kind: 'malformed', detail: 'x' }, 400, 50005],
    [{ kind: 'unsupported-media-type' }, 415, 50005],
    [{ kind: 'too-large', limit: 1 }, 413, 50005],
    [{ kind: 'no-such-route' }, 404, 50005],
    [{ kind: 'quota-exceeded', retryAfterSeconds: 7 }, 200, 61007],
    [{ kind: 'too-many-attempts', retryAfterSeconds: 7 }, 200, 61007],
    [{ kind: 'unavailable' }, 503, 70000],
    [{ kind: 'broken' }, 500, 50000],
  ])('of trouble %j are HTTP %d and code %d', (trouble, status, code) => {
    const answer = answerTrouble(trouble, 'EN');
    expect(answer.status).toBe(status);
    expect(bodyOf(answer)).toMatchObject({ code, data: null });
    if ('retryAfterSeconds' in trouble) expect(answer.headers).toEqual({ 'retry-after': '7' });
  });

  it('name what the domain refuses', () => {
    expect(errorOfRejection('lane-full')).toBe('queue-full');
    expect(errorOfRejection('device-unreachable')).toBe('device-offline');
  });

  it.each([
    ['/v2/x', 'CN'],
    ['/v2/x?language=CN', 'CN'],
    ['/v2/x?a=1&language=EN', 'EN'],
    ['/v2/x?language=', 'CN'],
    ['/v2/x?language=FR', 'CN'],
  ] as const)('of %s are in %s', (url, language) => {
    expect(languageOf(url)).toBe(language);
    const { en, cn } = QUECTEL_ERRORS['parameter-wrong'];
    expect(bodyOf(quectelFace.answer({ kind: 'no-such-route' }, url))['msg']).toBe(language === 'EN' ? en : cn);
  });
});
