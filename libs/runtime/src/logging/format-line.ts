/** One log entry as it would be printed in JSON. */
export type LogEntry = Readonly<Record<string, unknown>>;

interface LoggedError {
  readonly type?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly retryable?: unknown;
  readonly stack?: unknown;
  readonly cause?: unknown;
}

/**
 * Formats an entry for a person: `15:34:15.123 warn  dispatcher  waiting for Kafka brokers=127.0.0.1:9092`. One line, except that
 * an error without a `code`, which is a bug, is followed by its stack.
 */
export function formatLine(entry: LogEntry): string {
  const { time, level, service, context, msg, err, ...details } = entry;
  const head = [clockTime(time), String(level).padEnd(5), String(service ?? '').padEnd(11)];
  if (context !== undefined) head.push(`${String(context)}:`);
  if (msg !== undefined) head.push(oneLine(String(msg)));
  const pairs = Object.entries(details).map(([key, value]) => `${key}=${display(value)}`);
  return `${[...head, ...pairs, ...errorParts(err, msg)].join(' ')}${stackOf(err)}\n`;
}

function clockTime(time: unknown): string {
  const at = new Date(String(time));
  const pad = (value: number, width = 2): string => String(value).padStart(width, '0');
  return `${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}.${pad(at.getMilliseconds(), 3)}`;
}

function display(value: unknown): string {
  if (typeof value === 'string') return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
  return JSON.stringify(value);
}

function oneLine(text: string): string {
  return text.replaceAll('\n', ' ');
}

function errorParts(err: unknown, msg: unknown): string[] {
  if (!isLoggedError(err)) return err === undefined ? [] : [`err=${display(err)}`];
  return Object.entries({ error: err.message, code: err.code, retryable: err.retryable, cause: causeOf(err) })
    .filter(([key, value]) => value !== undefined && !(key === 'error' && value === msg))
    .map(([key, value]) => `${key}=${display(value)}`);
}

/** The messages of the causes, the nearest first. */
function causeOf({ cause }: LoggedError): string | undefined {
  if (!isLoggedError(cause)) return undefined;
  const deeper = causeOf(cause);
  return deeper === undefined ? String(cause.message) : `${String(cause.message)}: ${deeper}`;
}

function stackOf(err: unknown): string {
  if (!isLoggedError(err) || err.code !== undefined || typeof err.stack !== 'string') return '';
  return `\n${err.stack.replaceAll(/^/gm, '    ')}`;
}

function isLoggedError(err: unknown): err is LoggedError {
  return typeof err === 'object' && err !== null && 'message' in err;
}
