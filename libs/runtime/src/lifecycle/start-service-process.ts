import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { z } from 'zod';
import type { processSettings } from '../config/process-settings.js';
import { HealthRegistry } from '../health/health-registry.js';
import { startOperationsServer } from '../health/operations-server.js';
import { createLogger, type Logger } from '../logging/logger.js';
import { Metrics } from '../metrics/metrics.js';
import { keepHeapCompact } from './compact-heap.js';
import type { Lifecycle } from './lifecycle.js';

type ProcessSettings = { readonly [K in keyof typeof processSettings]: z.output<(typeof processSettings)[K]> };

/** What every process of a service has before it does anything of its own. */
export interface ServiceProcess {
  readonly logger: Logger;
  readonly health: HealthRegistry;
  readonly metrics: Metrics;
  /** This process, unique over the installation and telling for people: host, pid, and what no other start has. */
  readonly owner: string;
}

/**
 * Sets up log, health and metrics, and serves them at `OPERATIONS_PORT` where the service has such a setting; a service with
 * routes of its own mounts `operationsHandlers` instead.
 * @throws the listen error (EADDRINUSE, EACCES)
 */
export async function startServiceProcess(
  lifecycle: Lifecycle,
  service: string,
  settings: ProcessSettings & { readonly OPERATIONS_PORT?: number },
): Promise<ServiceProcess> {
  keepHeapCompact();
  const logger = createLogger({ service, level: settings.LOG_LEVEL, format: settings.LOG_FORMAT });
  lifecycle.configure({ logger, stopTimeoutMs: settings.STOP_TIMEOUT });
  const health = new HealthRegistry({ stopping: lifecycle.stopping });
  // A container counts as healthy when it is ready: not while it still waits for its servers or migrates.
  health.register('start', async () => ({ ok: lifecycle.started, detail: lifecycle.started ? 'started' : 'starting' }));
  const metrics = new Metrics({ service });
  if (settings.OPERATIONS_PORT !== undefined) {
    const operations = await startOperationsServer({ port: settings.OPERATIONS_PORT, health, metrics });
    lifecycle.onStop('operations server', () => operations.close());
    logger.info({ operationsPort: operations.port }, 'serving health and metrics');
  }
  return { logger, health, metrics, owner: `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}` };
}
