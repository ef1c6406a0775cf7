import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '@downlink/runtime';
import { needSecretsKey } from './index.js';

describe('a process that has no business with secrets', () => {
  it('needs no key for them', () => {
    expect(needSecretsKey({})).toEqual({});
  });

  it('needs one to apply a file', () => {
    const file = { PROVISION: 'fleet.json' };
    expect(() => needSecretsKey(file)).toThrow(ConfigError);
    expect(() => needSecretsKey(file)).toThrow(/^SECRETS_KEY: /);
    expect(needSecretsKey({ ...file, SECRETS_KEY: 'k' })).toMatchObject(file);
  });
});
