import { describe, expect, it } from '@jest/globals';
import { sendErrorCode } from './send-error.js';

const withCode = (code: string): Error => Object.assign(new Error(code), { code });

describe('sendErrorCode', () => {
  it.each([
    ['ECONNREFUSED', 'connect-refused'],
    ['ENOTFOUND', 'dns'],
    ['EAI_AGAIN', 'dns'],
    ['UND_ERR_CONNECT_TIMEOUT', 'connect-timeout'],
    ['ECONNRESET', 'connection-lost'],
    ['EHOSTUNREACH', 'unreachable'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls'],
    ['CERT_HAS_EXPIRED', 'tls'],
    ['HPE_INVALID_CONSTANT', 'protocol'],
  ])('calls %s %s', (code, expected) => {
    expect(sendErrorCode(withCode(code))).toBe(expected);
  });

  it('looks into a failure of several addresses', () => {
    expect(sendErrorCode(new AggregateError([withCode('ECONNREFUSED')]))).toBe('connect-refused');
  });

  it('has a word for what it does not know', () => {
    expect(sendErrorCode(new Error('?'))).toBe('protocol');
    expect(sendErrorCode('?')).toBe('protocol');
  });
});
