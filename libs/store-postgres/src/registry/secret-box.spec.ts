import { describe, expect, it } from '@jest/globals';
import { createSecretBox } from './secret-box.js';

const key = Buffer.alloc(32, 1).toString('base64');
const box = createSecretBox(key);
const unreadable = expect.objectContaining({ code: 'secret-unreadable', retryable: false });

describe('the secret box', () => {
  it('opens what it sealed, for the same context', () => {
    for (const secret of ['', 'secret', 'ключ\u{1F511}', 'x'.repeat(10_000)]) {
      expect(box.open(box.seal(secret, 'device:d'), 'device:d')).toBe(secret);
    }
  });

  it('opens nothing that was sealed for another context', () => {
    expect(() => box.open(box.seal('secret', 'device:a'), 'device:b')).toThrow(unreadable);
  });

  it('opens nothing that was changed or cut off', () => {
    const sealed = box.seal('secret', 'device:d');
    // Not the last character: part of its bits are padding, and changing those changes nothing.
    const flipped = `${sealed.slice(0, -6)}${sealed.at(-6) === 'A' ? 'B' : 'A'}${sealed.slice(-5)}`;
    for (const text of [flipped, sealed.slice(0, 20), sealed.split('.')[0] ?? '', '']) {
      expect(() => box.open(text, 'device:d')).toThrow(unreadable);
    }
  });

  it('opens nothing that another key sealed', () => {
    const other = createSecretBox(Buffer.alloc(32, 2).toString('base64'));
    expect(() => box.open(other.seal('secret', 'device:d'), 'device:d')).toThrow(unreadable);
  });

  it('seals the same secret differently each time', () => {
    expect(box.seal('secret', 'c')).not.toBe(box.seal('secret', 'c'));
  });

  it('digests the same secret always alike, and differently under another key', () => {
    const other = createSecretBox(Buffer.alloc(32, 2).toString('base64'));
    expect(createSecretBox(key).digest('secret')).toEqual(box.digest('secret'));
    expect(other.digest('secret')).not.toEqual(box.digest('secret'));
  });

  // Stored digests and sealed secrets outlive the program that wrote them.
  it('still reads what was written before', () => {
    expect(box.digest('secret').toString('hex')).toBe(
      '1c4e71bcf93cc3d05ba73bb9a994ab102cffc1a0acb2e8170dcb3815241a413d',
    );
    expect(box.open('af58699a.52H0iYqwyIslBudcMGkXdCzg9RWZIWNa1dO4d1Gtqo7ZrA', 'device:d')).toBe('secret');
  });

  it('recognises the secret behind a digest', () => {
    expect(box.matches('secret', box.digest('secret'))).toBe(true);
    expect(box.matches('Secret', box.digest('secret'))).toBe(false);
    expect(box.matches('secret', Buffer.alloc(0))).toBe(false);
  });

  it('refuses a key that is not 32 bytes long', () => {
    for (const wrong of ['', 'short', Buffer.alloc(31).toString('base64'), Buffer.alloc(33).toString('base64')]) {
      expect(() => createSecretBox(wrong)).toThrow(expect.objectContaining({ code: 'secrets-key-invalid' }));
    }
  });
});
