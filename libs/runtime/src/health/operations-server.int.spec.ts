import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { once } from 'node:events';
import { Metrics } from '../metrics/metrics.js';
import { HealthRegistry, type Health } from './health-registry.js';
import { startOperationsServer, type OperationsServer } from './operations-server.js';

describe('the operations server', () => {
  let server: OperationsServer;
  let metrics: Metrics;
  let kafka: Health;
  let stop: AbortController;
  const get = (path: string, method = 'GET'): Promise<Response> =>
    fetch(`http://127.0.0.1:${server.port}${path}`, { method });

  beforeEach(async () => {
    kafka = { ok: true };
    stop = new AbortController();
    metrics = new Metrics({ service: 'dispatcher', processMetrics: false });
    const health = new HealthRegistry({ stopping: stop.signal });
    health.register('kafka', async () => kafka);
    server = await startOperationsServer({ port: 0, host: '127.0.0.1', health, metrics });
  });
  afterEach(() => server.close());

  it('is alive while it answers, also when it is not ready', async () => {
    kafka = { ok: false };
    const answer = await get('/health/live');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ live: true });
  });

  it('answers 200 when ready, 503 with the failed check when not, and 503 when stopping', async () => {
    expect((await get('/health/ready')).status).toBe(200);
    kafka = { ok: false, detail: 'no broker' };
    const notReady = await get('/health/ready?verbose');
    expect(notReady.status).toBe(503);
    expect(await notReady.json()).toEqual({ ready: false, stopping: false, checks: { kafka } });
    kafka = { ok: true };
    stop.abort();
    expect((await get('/health/ready')).status).toBe(503);
  });

  it('serves the metrics, and says why when one cannot be collected', async () => {
    metrics.counter({ name: 'downlink_x_total', help: 'h' }).inc();
    const answer = await get('/metrics');
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(await answer.text()).toContain('downlink_x_total{service="dispatcher"} 1');
    metrics.gauge({ name: 'downlink_y', help: 'h', collect: () => Promise.reject(new Error('pool is closed')) });
    const failed = await get('/metrics');
    expect(failed.status).toBe(500);
    expect(await failed.text()).toContain('pool is closed');
  });

  it('has nothing else', async () => {
    expect((await get('/')).status).toBe(404);
    expect((await get('/health/live', 'POST')).status).toBe(405);
    const head = await get('/health/live', 'HEAD');
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('rejects when its port is taken', async () => {
    const second = startOperationsServer({ ...server, host: '127.0.0.1', health: new HealthRegistry(), metrics });
    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('closes at once, though a client keeps its connection open', async () => {
    const client = connect(server.port, '127.0.0.1');
    await once(client, 'connect');
    const closed = once(client, 'close');
    await server.close();
    await closed;
    server = await startOperationsServer({ ...server, host: '127.0.0.1', health: new HealthRegistry(), metrics });
  });
});
