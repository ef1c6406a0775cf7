import { describe, expect, it } from '@jest/globals';
import { eventually } from './index.js';

describe('eventually', () => {
  it('gives what the first try that does not throw returns', async () => {
    let tries = 0;
    const value = await eventually(
      async () => {
        tries += 1;
        if (tries < 3) throw new Error('not yet');
        return tries;
      },
      { everyMs: 1 },
    );
    expect(value).toBe(3);
  });

  it('throws the last failure, and says how long it waited, when the time is up', async () => {
    const failing = eventually(() => Promise.reject(new Error('still queued')), { withinMs: 30, everyMs: 5 });
    await expect(failing).rejects.toThrow('not within 30 ms: still queued');
    await expect(failing).rejects.toMatchObject({ cause: { message: 'still queued' } });
  });

  it('does not wait for a try that never returns', async () => {
    await expect(eventually(() => new Promise(() => {}), { withinMs: 30 })).rejects.toThrow('not within 30 ms');
  });
});
