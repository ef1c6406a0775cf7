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

  private write(method: Method, message: unknown, rest: unknown[]): void {
    const texts = rest.filter((item) => typeof item === 'string');
    const stack = texts.find((text) => /^\s+at .+:\d+:\d+/m.test(text));
    const context = texts.at(-1) === stack ? undefined : texts.at(-1);
    const err = [message, ...rest].find(isError);
    const details = {
      ...(context === undefined ? {} : { context }),
      ...(err ? { err } : {}),
      ...(stack !== undefined && !err ? { err: { message: String(message), stack } } : {}),
    };
    this.logger[method](details, textOf(message));
  }
}

function textOf(message: unknown): string {
  if (isError(message)) return message.message;
  return typeof message === 'object' ? JSON.stringify(message) : String(message);
}
