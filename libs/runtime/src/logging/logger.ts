import { destination as fileDestination, pino, stdTimeFunctions, type Level, type Logger as PinoLogger } from 'pino';
import { currentTraceparent } from '../trace/trace-context.js';
import { parseTraceparent } from '../trace/traceparent.js';
import { describeError, isError } from './describe-error.js';
import { formatLine, type LogEntry } from './format-line.js';
import { mayHoldSecret, redactValue } from './redaction.js';

/** pino's own interface: `logger.info({ device, attempts }, 'what happened')`, `logger.child({ service })`. */
export type Logger = PinoLogger;
export type LogLevel = Level | 'silent';
export type LogFormat = 'json' | 'line';

export interface LoggerOptions {
  /** Name of the service, in every line. */
  readonly service: string;
  readonly level?: LogLevel;
  readonly format?: LogFormat;
  /** Where the lines go; standard output by default. */
  readonly destination?: { write(line: string): unknown };
}

/**
 * Creates the logger of a process: one line per entry, written synchronously, so that the last line before a crash is there.
 *
 * Every line passes through redaction (`redactValue`), wherever in it a secret may stand: member, child binding, message, error.
 * Errors under any name keep type, message, `code`, `retryable`, stack and cause. Inside `withTrace` a line carries `traceId`.
 * A closed standard output (EPIPE) stops the printing, not the process.
 */
export function createLogger(options: LoggerOptions): Logger {
  const out = options.destination ?? fileDestination({ fd: 1, sync: true });
  const render = options.format === 'line' ? renderLine : renderJson;
  return pino(
    {
      level: options.level ?? 'info',
      base: { service: options.service },
      timestamp: stdTimeFunctions.isoTime,
      serializers: { err: (value: unknown) => (isError(value) ? describeError(value) : value) },
      formatters: { level: (label) => ({ level: label }), log: describeErrors },
      mixin: traceOf,
    },
    { write: (line: string) => void out.write(render(line)) },
  );
}

function describeErrors(entry: Record<string, unknown>): Record<string, unknown> {
  if (!Object.values(entry).some(isError)) return entry;
  return Object.fromEntries(
    Object.entries(entry).map(([key, value]) => [key, isError(value) ? describeError(value) : value]),
  );
}

function traceOf(): { traceId?: string } {
  const trace = parseTraceparent(currentTraceparent());
  return trace ? { traceId: trace.traceId } : {};
}

function renderJson(line: string): string {
  const exact = quoteLargeIntegers(line);
  return mayHoldSecret(exact) ? `${JSON.stringify(redactValue(JSON.parse(exact)))}\n` : exact;
}

function renderLine(line: string): string {
  return formatLine(redactValue(JSON.parse(quoteLargeIntegers(line))) as LogEntry);
}

/**
 * A bigint is printed as a bare number, and whatever reads the line rounds it to 53 bits: a command id would come out wrong.
 * The first alternative steps over strings whole.
 */
function quoteLargeIntegers(line: string): string {
  if (!/\d{16}/.test(line)) return line;
  return line.replace(/"(?:[^"\\]|\\.)*"|(?<![\d.])-?\d{16,}(?![\d.eE])/g, (token) =>
    token.startsWith('"') ? token : `"${token}"`,
  );
}
