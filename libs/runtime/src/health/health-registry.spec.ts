import { describe, expect, it } from '@jest/globals';
import { HealthRegistry } from './health-registry.js';

const ok = async (): Promise<{ ok: true }> => ({ ok: true });

describe('readiness', () => {
  it('is given when every check is ok', async () => {
    const health = new HealthRegistry();
    health.register('postgres', ok);
    await expect(health.readiness()).resolves.toEqual({
      ready: true,
      stopping: false,
      checks: { postgres: { ok: true } },
    });
  });

  it('is refused when one check is not, and shows which and why', async () => {
    const health = new HealthRegistry();
    health.register('postgres', ok);
    health.register('kafka', async () => ({ ok: false, detail: 'no broker' }));
    await expect(health.readiness()).resolves.toMatchObject({
      ready: false,
      checks: { postgres: { ok: true }, kafka: { ok: false, detail: 'no broker' } },
    });
  });

  it('takes a check that throws for one that failed, without its secrets', async () => {
    const health = new HealthRegistry();
    health.register('mqtt', () => Promise.reject(new Error('cannot reach mqtt://u:hunter2@broker')));
    health.register('sync', () => {
      throw new Error('thrown before any promise');
    });
    const { ready, checks } = await health.readiness();
    expect(ready).toBe(false);
    expect(checks['mqtt']?.detail).toBe('cannot reach mqtt://[redacted]@broker');
    expect(checks['sync']).toEqual({ ok: false, detail: 'thrown before any promise' });
  });

  it('does not wait for a check that hangs', async () => {
    const health = new HealthRegistry({ checkTimeoutMs: 5 });
    health.register('kafka', () => new Promise(() => {}));
    const { checks } = await health.readiness();
    expect(checks['kafka']).toEqual({ ok: false, detail: 'no answer within 5 ms' });
  });

  it('goes off when the process begins to stop, though every check is ok', async () => {
    const stop = new AbortController();
    const health = new HealthRegistry({ stopping: stop.signal });
    health.register('postgres', ok);
    stop.abort();
    await expect(health.readiness()).resolves.toMatchObject({ ready: false, stopping: true });
  });

  it('refuses two checks of one name', () => {
    const health = new HealthRegistry();
    health.register('postgres', ok);
    expect(() => health.register('postgres', ok)).toThrow('registered twice');
  });
});
