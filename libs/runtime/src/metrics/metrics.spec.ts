import { describe, expect, it } from '@jest/globals';
import { Metrics } from './metrics.js';

describe('Metrics', () => {
  it('shows counters, gauges and histograms with the name of the service', async () => {
    const metrics = new Metrics({ service: 'notifier', processMetrics: false });
    metrics.counter({ name: 'downlink_posts_total', help: 'h', labelNames: ['result'] }).inc({ result: 'ok' }, 2);
    metrics.gauge({
      name: 'downlink_open',
      help: 'h',
      collect() {
        this.set(7);
      },
    });
    metrics.histogram({ name: 'downlink_post_seconds', help: 'h', buckets: [1] }).observe(0.5);
    const { body, contentType } = await metrics.page();
    expect(contentType).toContain('text/plain');
    expect(body).toContain('downlink_posts_total{result="ok",service="notifier"} 2');
    expect(body).toContain('downlink_open{service="notifier"} 7');
    expect(body).toContain('downlink_post_seconds_bucket{le="1",service="notifier"} 1');
  });

  it('gives the same metric to whoever asks for its name again, and refuses another kind', () => {
    const metrics = new Metrics({ service: 's', processMetrics: false });
    const config = { name: 'downlink_x_total', help: 'h' };
    expect(metrics.counter(config)).toBe(metrics.counter(config));
    expect(() => metrics.gauge(config)).toThrow('already registered as another kind');
  });

  it('measures the process and the lag of its event loop', async () => {
    const { body } = await new Metrics({ service: 's' }).page();
    expect(body).toContain('process_cpu_seconds_total');
    expect(body).toContain('nodejs_eventloop_lag_seconds');
  });
});
