import { describe, expect, it } from '@jest/globals';
import { GOLDEN_FACTS } from './golden-facts.js';
import { headersOf } from './index.js';

describe('the headers of a fact', () => {
  const fact = { ...GOLDEN_FACTS.CommandSucceeded };
  const asked = { ...fact, request: { ...fact.request, waiter: 'api-1' } };

  it('name the API instance that a synchronous call waits in, whichever process publishes', () => {
    expect(headersOf(asked).waiter).toBe('api-1');
    expect(headersOf(asked, { waiter: 'api-2' }).waiter).toBe('api-2');
  });

  it('name none for a command that nobody waits for', () => {
    expect(Object.hasOwn(headersOf(fact), 'waiter')).toBe(Object.hasOwn(fact.request, 'waiter'));
  });
});
