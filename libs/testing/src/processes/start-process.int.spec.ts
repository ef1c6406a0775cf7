import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, startProcess } from '../index.js';

const service = `
  console.log('starting');
  console.error('a warning');
  const work = setInterval(() => {}, 1000);
  process.on('SIGTERM', () => {
    console.log('stopped in order');
    clearInterval(work);
  });
  console.log('ready on port ' + process.env.PORT + ' ' + process.argv[2]);
`;

describe('startProcess', () => {
  let folder: string;
  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'start-process-spec-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const ready = /^ready on port (\d+) (.*)$/;

  it('resolves at the ready line, collects all output and stops in order', async () => {
    const script = write('service.mjs', service);
    const started = await startProcess({ name: 'service', script, args: ['x'], env: { PORT: '81' }, ready });
    expect(started.ready.slice(1)).toEqual(['81', 'x']);
    expect(started.isRunning()).toBe(true);
    expect(await started.stop()).toBe(0);
    expect(started.isRunning()).toBe(false);
    expect(started.log()).toBe('starting\na warning\nready on port 81 x\nstopped in order\n');
  });

  it('kills without a chance to stop in order', async () => {
    const script = write('service.mjs', service);
    const started = await startProcess({ name: 'service', script, env: { PORT: '81' }, ready });
    expect(await started.kill()).toBe('SIGKILL');
    expect(await started.exited).toBe('SIGKILL');
    expect(started.log()).not.toContain('stopped in order');
  });

  it('throws with the output of a process that ends before it is ready', async () => {
    const script = write('broken.mjs', "console.log('PORT is missing'); process.exit(3);");
    await expect(startProcess({ name: 'broken', script, ready })).rejects.toThrow(
      /broken did not start: [^]*ended with 3[^]*PORT is missing/,
    );
  });

  it('ends a process that does not become ready in time', async () => {
    const script = write('slow.mjs', 'console.log(process.pid); setInterval(() => {}, 1000);');
    const slow = startProcess({ name: 'slow', script, ready, readyWithinMs: 3000 });
    const message = await slow.then(String, (reason: unknown) => String(reason));
    expect(message).toMatch(/not within 3000 ms/);
    const pid = Number(/^(\d+)$/m.exec(message)?.[1]);
    await eventually(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'));
  });
});
