import { describe, expect, it } from '@jest/globals';
import { createSecretBox, noSecretBox } from './secret-box.js';

const box = (fill: number) => createSecretBox(Buffer.alloc(32, fill).toString('base64'));
const { hashes } = box(1);
const unreadable = expect.objectContaining({ code: 'secret-unreadable', retryable: false });

describe('the hash of a secret', () => {
  it('recognises the secret, before and after it was remembered, and no other', async () => {
    for (const secret of ['secret', '', 'ключ\u{1F511}', 'x'.repeat(10_000)]) {
      const hash = await hashes.hash(secret);
      expect(await hashes.matches(secret, hash)).toBe(true);
      expect(await hashes.matches(secret, hash)).toBe(true);
      expect(await hashes.matches(`${secret} `, hash)).toBe(false);
    }
  });

  it('has a salt of its own, and says what it cost and which key it needs', async () => {
    const [one, other] = await Promise.all([hashes.hash('secret'), hashes.hash('secret')]);
    expect(one).not.toBe(other);
    expect(one).toMatch(/^\$scrypt\$ln=9,r=8,p=1,keyid=af58699a\$[\w-]{22}\$[\w-]{43}$/);
  });

  it('is remembered for the hash it was right for only: a changed secret is never accepted again', async () => {
    const [before, after] = [await hashes.hash('old'), await hashes.hash('new')];
    expect(await hashes.matches('old', before)).toBe(true);
    expect(await hashes.matches('old', after)).toBe(false);
  });

  // Stored hashes outlive the program that wrote them, and the costs that it chose.
  it.each([
    '$scrypt$ln=4,r=8,p=1,keyid=af58699a$AAAAAAAAAAAAAAAAAAAAAA$79FxVaLRQRnx-mHvRdHXRfjMVR6C4qbOLMSCQhIcVcQ',
    '$scrypt$ln=12,r=8,p=2,keyid=af58699a$AAAAAAAAAAAAAAAAAAAAAA$IIGrX6ISJJEptg-zfZG9F2drdm_mLXD-a2O8w16jgzw',
  ])('of other costs is still read: %s', async (hash) => {
    expect(await hashes.matches('secret', hash)).toBe(true);
    expect(await hashes.matches('Secret', hash)).toBe(false);
  });

  it('of another key, and what is no hash, is told apart from a wrong secret', async () => {
    await expect(hashes.matches('secret', await box(2).hashes.hash('secret'))).rejects.toEqual(unreadable);
    for (const text of ['', 'secret', '$scrypt$', '$scrypt$ln=10,r=8,p=1$a$b']) {
      await expect(hashes.matches('secret', text)).rejects.toEqual(unreadable);
    }
  });

  it('is nothing for a process without a secrets key', async () => {
    const missing = expect.objectContaining({ code: 'secrets-key-missing' });
    await expect(noSecretBox.hashes.hash('secret')).rejects.toEqual(missing);
    await expect(noSecretBox.hashes.matches('secret', '')).rejects.toEqual(missing);
  });
});
