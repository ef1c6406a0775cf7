export { ConfigError, type ConfigProblem } from './config/config-error.js';
export { booleanFlag, durationMs, integer, list, port, url, type ConfigField } from './config/config-fields.js';
export { loadConfig, type Environment, type LoadConfigOptions } from './config/load-config.js';
export { processSettings } from './config/process-settings.js';
export { HealthRegistry, type Health, type HealthOptions, type Readiness } from './health/health-registry.js';
export { operationsHandlers, type OperationsAnswer, type OperationsHandler } from './health/operations-handlers.js';
export {
  startOperationsServer,
  type OperationsServer,
  type OperationsServerOptions,
} from './health/operations-server.js';
export { Lifecycle, type LifecycleOptions } from './lifecycle/lifecycle.js';
export { retryForever, type RetryForeverOptions } from './lifecycle/retry-forever.js';
export { runMain, type ProcessPort, type RunMainOptions } from './lifecycle/run-main.js';
export { describeError, errorLine, type ErrorDescription } from './logging/describe-error.js';
export { startServiceProcess, type ServiceProcess } from './lifecycle/start-service-process.js';
export { createLogger, type LogFormat, type Logger, type LoggerOptions, type LogLevel } from './logging/logger.js';
export { NestLogger } from './logging/nest-logger.js';
export { redactText, redactValue } from './logging/redaction.js';
export { Metrics, type MetricsOptions } from './metrics/metrics.js';
export { currentTraceparent, withTrace } from './trace/trace-context.js';
export {
  continueTraceparent,
  formatTraceparent,
  newTraceparent,
  parseTraceparent,
  type TraceContext,
} from './trace/traceparent.js';
export { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries/find-postgres-binaries.js';
