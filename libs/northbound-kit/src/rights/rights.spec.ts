import { describe, expect, it } from '@jest/globals';
import { rights } from './rights.js';

const turn = { service: 'switch', method: 'turn' };

describe('an application may have a device do', () => {
  it.each<[string, string[], string[], boolean]>([
    ['anything when nothing is said', [], [], true],
    ['a method that is allowed by name', ['switch.turn'], [], true],
    ['every method of a service that is allowed', ['switch.*'], [], true],
    ['everything when everything is allowed', ['*'], [], true],
    ['nothing beside what is allowed', ['dimmer.*', 'switch.reset'], [], false],
    ['nothing that is denied by name', [], ['switch.turn'], false],
    ['nothing of a service that is denied', [], ['switch.*'], false],
    ['nothing at all when everything is denied', [], ['*'], false],
    ['what is not denied', [], ['switch.reset', 'dimmer.*'], true],
    ['nothing that is denied, even if it is allowed by name', ['switch.turn'], ['switch.*'], false],
    ['nothing by a pattern in another case', ['Switch.turn'], [], false],
    ['nothing by the beginning of a name', ['switch.tu', 'swi.*'], [], false],
  ])('%s', (_, allow, deny, expected) => expect(rights.mayCall({ methods: { allow, deny } }, turn)).toBe(expected));

  it('what a pattern names whose service has dots', () => {
    const methods = { allow: ['a.b.c', 'd.e.*'], deny: [] };
    expect(rights.mayCall({ methods }, { service: 'a.b', method: 'c' })).toBe(true);
    expect(rights.mayCall({ methods }, { service: 'd.e', method: 'c' })).toBe(true);
    expect(rights.mayCall({ methods }, { service: 'd', method: 'e' })).toBe(false);
  });
});

describe('an application acts', () => {
  it('for itself, and for those that authorised it, and for nobody else', () => {
    const caller = { id: 'a', authorisedBy: ['b'] };
    expect(['a', 'b', 'c'].map((owner) => rights.actsFor(caller, owner))).toEqual([true, true, false]);
  });
});
