import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { freePort } from './index.js';

describe('freePort', () => {
  it('gives a port to listen on, below those that the system gives to outgoing connections', async () => {
    const port = await freePort();
    expect(port).toBeLessThan(32_768);
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    await new Promise((resolve) => server.close(resolve));
  });
});
