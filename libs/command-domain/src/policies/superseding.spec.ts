import { describe, expect, it } from '@jest/globals';
import type { CommandRequest } from '../request.js';
import type { SupersedeRule } from '../signals.js';
import { aRequest } from '../specimens/index.js';
import { givesWay } from './superseding.js';

describe('what gives way to a later command', () => {
  const later = aRequest({ supersedeKey: 'k' });
  const rules = (earlier: Partial<CommandRequest>, than: CommandRequest = later) =>
    (['all', 'method', 'key'] as const).filter((rule: SupersedeRule) => givesWay(aRequest(earlier), than, rule));

  it.each<[string, Partial<CommandRequest>, SupersedeRule[]]>([
    ['the same method with the same key', { supersedeKey: 'k' }, ['all', 'method', 'key']],
    ['the same method without a key', {}, ['all', 'method']],
    ['the same method with another key', { supersedeKey: 'l' }, ['all', 'method']],
    ['another method with the same key', { method: 'other', supersedeKey: 'k' }, ['all', 'key']],
    ['the same method of another service', { service: 'other' }, ['all']],
    ['a command of another application', { applicationId: 'other', supersedeKey: 'k' }, []],
    ['a command for another device', { deviceId: 'other', supersedeKey: 'k' }, []],
  ])('%s', (_, earlier, expected) => {
    expect(rules(earlier)).toEqual(expected);
  });

  it('is nothing by a key that the later command does not have', () => {
    expect(rules({}, aRequest())).toEqual(['all', 'method']);
  });
});
