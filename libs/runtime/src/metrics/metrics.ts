import {
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  Registry,
  type CounterConfiguration,
  type GaugeConfiguration,
  type HistogramConfiguration,
  type Metric,
} from 'prom-client';

export interface MetricsOptions {
  /** Label `service` of every series. */
  readonly service: string;
  /** Metrics of the process: CPU, memory, garbage collection, event loop lag. On by default. */
  readonly processMetrics?: boolean;
}

/**
 * The metrics of one process, in a registry of its own, so that tests and several services in one process do not collide.
 * A factory asked twice for a name gives the same metric, because in standalone several services share one process.
 * Names begin with `downlink_`, units are seconds and bytes, counters end in `_total` (Prometheus, Metric and label naming).
 */
export class Metrics {
  private readonly registry = new Registry();

  constructor(options: MetricsOptions) {
    this.registry.setDefaultLabels({ service: options.service });
    if (options.processMetrics ?? true) collectDefaultMetrics({ register: this.registry });
  }

  /** @throws Error when the name is already that of a metric of another kind; so do the other two. */
  counter<L extends string = never>(config: Omit<CounterConfiguration<L>, 'registers'>): Counter<L> {
    return this.once(config.name, Counter<L>, () => new Counter({ ...config, registers: [this.registry] }));
  }

  /** Observe seconds. The default buckets of prom-client run from 5 ms to 10 s. */
  histogram<L extends string = never>(config: Omit<HistogramConfiguration<L>, 'registers'>): Histogram<L> {
    return this.once(config.name, Histogram<L>, () => new Histogram({ ...config, registers: [this.registry] }));
  }

  /** With `collect`, the value is asked for at each scrape. */
  gauge<L extends string = never>(config: Omit<GaugeConfiguration<L>, 'registers'>): Gauge<L> {
    return this.once(config.name, Gauge<L>, () => new Gauge({ ...config, registers: [this.registry] }));
  }

  /** The page that Prometheus scrapes. Rejects when a gauge's `collect` does. */
  async page(): Promise<{ contentType: string; body: string }> {
    return { contentType: this.registry.contentType, body: await this.registry.metrics() };
  }

  private once<M extends Metric>(name: string, kind: new (...args: never[]) => M, create: () => M): M {
    const existing: unknown = this.registry.getSingleMetric(name);
    if (existing === undefined) return create();
    if (existing instanceof kind) return existing;
    throw new Error(`metric ${name} is already registered as another kind`);
  }
}
