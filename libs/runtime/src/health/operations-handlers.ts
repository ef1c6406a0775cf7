import type { Metrics } from '../metrics/metrics.js';
import type { HealthRegistry } from './health-registry.js';

/** An HTTP answer without a framework. */
export interface OperationsAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export type OperationsHandler = () => Promise<OperationsAnswer>;

/**
 * What every process answers to GET, by path, for any HTTP server to mount:
 * `/health/live` 200 while the process answers at all; `/health/ready` 200 or 503 with each check; `/metrics`.
 */
export function operationsHandlers(parts: {
  health: HealthRegistry;
  metrics: Metrics;
}): ReadonlyMap<string, OperationsHandler> {
  const { health, metrics } = parts;
  return new Map<string, OperationsHandler>([
    ['/health/live', async () => json(200, { live: true })],
    [
      '/health/ready',
      async () => {
        const readiness = await health.readiness();
        return json(readiness.ready ? 200 : 503, readiness);
      },
    ],
    ['/metrics', async () => ({ status: 200, ...(await metrics.page()) })],
  ]);
}

function json(status: number, value: object): OperationsAnswer {
  return { status, contentType: 'application/json; charset=utf-8', body: JSON.stringify(value) };
}
