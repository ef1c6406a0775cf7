import { describe, expect, it } from '@jest/globals';
import { encodeFact, UnreadableMessage } from '@downlink/message-contracts';
import { aFact } from '../contracts/some-facts.js';
import { describePoison } from './describe-poison.js';

const recordOf = (value: string | null) => ({
  source: { raw: () => ({ key: null, value: value === null ? null : Buffer.from(value), headers: [] }) },
});
const fact = aFact('d', 1);
const secretive = recordOf(
  encodeFact({ ...fact, request: { ...fact.request, parameters: { door: { code: '4711 0815' }, level: 'low' } } })
    .value,
);

describe('what is said of a record that was given up', () => {
  it('is the name, the code and the message of the error, in one line', () => {
    const error = Object.assign(new TypeError('cannot\n  take\u0000 this'), { code: 'oops' });
    expect(describePoison(secretive, error)).toBe('TypeError (oops): cannot take this');
  });

  it('quotes nothing of parameters and results', () => {
    expect(describePoison(secretive, new Error('no codec for code "4711 0815" at low'))).toBe(
      'Error: no codec for code "…" at low',
    );
  });

  it('quotes nothing at all of a value that is no JSON', () => {
    const error = new SyntaxError('Unexpected token "hunter2hunter2" in key');
    expect(describePoison(recordOf('{hunter2hunter2'), error)).toBe('SyntaxError: Unexpected token "…" in key');
  });

  it('names the member that cannot be read', () => {
    const error = new UnreadableMessage('event.attempt', 'missing');
    expect(describePoison(recordOf('{}'), error)).toContain('event.attempt: missing');
    expect(describePoison(recordOf(null), error)).toContain('event.attempt: missing');
  });

  it('stays short', () => {
    expect(describePoison(recordOf(null), new Error('x'.repeat(10_000)))).toHaveLength(500);
  });
});
