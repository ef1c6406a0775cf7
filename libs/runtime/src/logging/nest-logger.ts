import type { LoggerService } from '@nestjs/common';
import type { Logger } from './logger.js';
import { isError } from './describe-error.js';

/** Nest narrates every module and route that it sets up; an operator wants that only when looking for it. */
const BOOTSTRAP_CONTEXTS: ReadonlySet<unknown> = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
  'NestApplicationContext',
  'NestMicroservice',
  'LazyModuleLoader',
  'MiddlewareModule',
]);

type Method = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/**
 * Lets Nest write through our logger: `NestFactory.create(AppModule, { logger: new NestLogger(logger) })`. Nest's last argument, the
 * context, becomes the member `context`; its bootstrapping noise is at level debug.
 */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write(BOOTSTRAP_CONTEXTS.has(rest.at(-1)) ? 'debug' : 'info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** Sorts what Nest passes: `(message, …more, stack?, context?)`, all of any type. */
  private write(method: Method, message: unknown, rest: unknown[]): void {
    const more = [...rest];
    const last = more.at(-1);
    const context = typeof last === 'string' && !isStack(last) ? last : undefined;
    if (context !== undefined) more.pop();
    const stack = more.find(isStack);
    const err = [message, ...more].find(isError) ?? (stack === undefined ? undefined : { message, stack });
    const text = isError(message) ? message.message : message;
    const details = [typeof text === 'string' ? undefined : text, ...more].filter(
      (item) => item !== undefined && item !== stack && !isError(item),
    );
    const members = { ...(context && { context }), ...(err && { err }), ...(details.length > 0 && { details }) };
    this.logger[method](members, typeof text === 'string' ? text : undefined);
  }
}

function isStack(value: unknown): boolean {
  return typeof value === 'string' && /^\s+at .+:\d+:\d+/m.test(value);
}
