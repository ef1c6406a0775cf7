import { z } from 'zod';
import { durationMs } from './config-fields.js';

/**
 * The settings that every process has; spread into a service's own schema:
 * `z.object({ ...processSettings, PORT: port().default(3000) })`.
 */
export const processSettings = {
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** `json` for machines, `line` for the eyes of one who runs it in a terminal. */
  LOG_FORMAT: z.enum(['json', 'line']).default('json'),
  /** How long an orderly stop may take in all before the process ends regardless. */
  STOP_TIMEOUT: durationMs().default(25_000),
};
