import { expect } from '@jest/globals';
import { enosFaces } from '@downlink/northbound-enos';
import { huaweiFace } from '@downlink/northbound-huawei';
import type { ContractAnswer } from '@downlink/northbound-kit/contracts';
import { quectelFace } from '@downlink/northbound-quectel';
import type { Draft } from './draft.js';

const FACES = [...enosFaces, huaweiFace, quectelFace];

/** The form that answers have under a path, by the name of the dialect. */
const ENVELOPES: Readonly<Record<string, (answer: ContractAnswer, json: Record<string, unknown>) => void>> = {
  huawei({ status }, json) {
    const { error_code: code, error_desc: text } = json;
    if (status >= 400 || code !== undefined) {
      expect(code).toMatch(/^\d{5,7}$/);
      expect(text).toEqual(expect.any(String));
    }
  },
  enos(_, json) {
    expect(Object.keys(json)).toEqual(expect.arrayContaining(['code', 'msg', 'submsg', 'requestId', 'data']));
    expect(json['code']).toEqual(expect.any(Number));
  },
  'enos-token'(_, json) {
    expect(Object.keys(json).sort()).toEqual(['business', 'data', 'msg', 'status']);
  },
  quectel(_, json) {
    expect(json['code']).toEqual(expect.any(Number));
    expect(json['msg']).toEqual(expect.any(String));
  },
  native({ status, contentType }, json) {
    if (status < 400) return;
    expect(contentType).toBe('application/problem+json; charset=utf-8');
    expect(json).toMatchObject({
      status,
      type: `urn:downlink:problem:${String(json['code'])}`,
      title: expect.any(String),
    });
  },
};

/** What is no API: health and metrics, in forms of their own. */
const OPERATIONS = /^\/(health\/|metrics)/;

/** Throws unless the answer is no failure of ours and has the form that belongs to its path. */
export function expectEnvelope({ path, method }: Draft, answer: ContractAnswer): void {
  const { status, contentType, body } = answer;
  expect(status).toBeLessThan(500);
  if (status === 204 || status === 304) return expect(body).toBe('');
  expect(contentType).not.toBe('');
  if (method === 'HEAD' || (OPERATIONS.test(path) && status < 400)) return;
  expect(contentType).toMatch(/^application\/(problem\+)?json|^text\/event-stream/);
  if (contentType.startsWith('text/')) return;
  const face = FACES.find(({ prefixes }) => prefixes.some((prefix) => path.startsWith(prefix)));
  ENVELOPES[face?.name ?? 'native']!(answer, JSON.parse(body) as Record<string, unknown>);
}
